"""Peer-stats are reduced to the moments at which media flowed."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.domain.errors import HundredMsBusy
from bot.domain.rooms import PeerStats
from bot.hundredms.workspaces import CallLimits
from tests.support.hundredms.client_harness import PEER, SESSION, bench

FIRST = 1_777_626_000_000
STEP = 10_000


def moment(step: int) -> datetime:
    return datetime.fromtimestamp((FIRST + step * STEP) / 1000, UTC)


def series(*rates: object, first: int = 0) -> dict[str, Any]:
    stamps = [FIRST + (first + step) * STEP for step in range(len(rates))]
    return {"track_id": "t", "time_series": {"timestamps": stamps, "bitrate": list(rates)}}


def answer(publisher: object = None, subscriber: object = None) -> httpx.Response:
    body = {"peer_id": PEER, "publisher": publisher, "subscriber": subscriber}
    return httpx.Response(200, json=body)


async def asked(given: httpx.Response) -> PeerStats | None:
    async with bench(given) as at:
        found = await at.client.peer_stats(PEER, SESSION)
    assert at.neighbour.queries()[0] == {"peer_id": PEER, "session_id": SESSION}
    assert at.neighbour.asked[0].url.path.endswith("/analytics/peer-stats")
    return found


async def test_moments_with_a_bitrate_of_all_tracks_in_order_and_once() -> None:
    found = await asked(
        answer(
            {"video": [series(0, 900_000, None), series(1, first=4)], "audio": [series(0, 32.5)]},
            {"video": [series(None, None)], "audio": [series(None, 0, 31_000)]},
        )
    )
    assert found == PeerStats(PEER, SESSION, (moment(1), moment(4)), (moment(2),))


@pytest.mark.parametrize(
    "given",
    [
        answer(),
        answer({"video": [], "audio": []}, {"video": [], "audio": []}),
        answer({"video": None}, {"audio": [None, 7, {"time_series": None}]}),
        answer({"video": [series(None, 0)]}, "nothing"),
        answer({"video": [{"time_series": {"timestamps": None, "bitrate": [1]}}]}),
        httpx.Response(404, json={"message": "peer or session not found"}),
        httpx.Response(409, json={"message": "session has not ended"}),
        httpx.Response(400, json={"message": "session is active"}),
    ],
)
async def test_nothing_measured_is_none(given: httpx.Response) -> None:
    assert await asked(given) is None


async def test_odd_values_cost_only_themselves() -> None:
    odd = {
        "timestamps": [FIRST, "x", None, str(FIRST + STEP), 10**30, -5, FIRST + 2 * STEP],
        "bitrate": [True, 5, 5, 5, 5, 5, "5"],
    }
    found = await asked(answer({"video": [{"time_series": odd}]}))
    assert found == PeerStats(PEER, SESSION, (moment(1),))


async def test_series_of_unequal_length_are_read_as_far_as_both_go() -> None:
    uneven = {"timestamps": [FIRST, FIRST + STEP, FIRST + 2 * STEP], "bitrate": [1]}
    found = await asked(answer({"audio": [{"time_series": uneven}]}))
    assert found == PeerStats(PEER, SESSION, (moment(0),))


async def test_a_busy_100ms_is_an_error_and_not_silence() -> None:
    busy = httpx.Response(429, json={"message": "rate limit exceeded, retry after 900 seconds"})
    async with bench(busy, limits=CallLimits(wait_once=60)) as at:
        with pytest.raises(HundredMsBusy):
            await at.client.peer_stats(PEER, SESSION)
