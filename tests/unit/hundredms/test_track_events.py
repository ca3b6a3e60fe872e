"""Track events are read whatever their data looks like."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.domain.errors import HundredMsUnreachable
from bot.domain.rooms import TrackEvent
from bot.investigate.ports import EventQuery, ExpiredCursor
from tests.support.hundredms.client_harness import NOW, PEER, ROOM, SESSION, bench, event, page

QUERY = EventQuery(ROOM, "track.add.success")
DATA = {
    "session_id": SESSION,
    "peer_id": PEER,
    "user_id": "ann",
    "user_name": "Ann\u202e Lee",
    "role": "host",
    "track_id": "track-1",
    "type": "video",
    "source": "regular",
    "mute": False,
    "joined_at": "2026-05-01T08:59:00.123Z",
}


def track(kind: str = "track.add.success", **data: Any) -> dict[str, Any]:
    return {**event(**data), "type": kind}


async def read(row: object) -> tuple[TrackEvent, ...]:
    async with bench(page(row, total=1)) as at:
        return (await at.client.track_events(QUERY)).events


async def one(**data: Any) -> TrackEvent:
    (found,) = await read(track(**data))
    return found


async def test_every_known_field_is_read() -> None:
    found = await one(**DATA)
    assert found.change == "add"
    assert found.stamp == "2026-05-01T09:00:01.123456789Z"
    assert found.at == datetime(2026, 5, 1, 9, 0, 1, 123456, tzinfo=UTC)
    assert (found.peer_id, found.user_id, found.session_id) == (PEER, "ann", SESSION)
    assert (found.room_id, found.track_id, found.role) == (ROOM, "track-1", "host")
    assert (found.media, found.source, found.mute) == ("video", "regular", False)
    assert found.user_name == "Ann Lee"
    assert found.joined_at == datetime(2026, 5, 1, 8, 59, 0, 123000, tzinfo=UTC)


async def test_nothing_but_the_envelope_is_needed() -> None:
    (found,) = await read({**track(), "data": None})
    assert found.id
    assert (found.peer_id, found.media, found.source, found.mute) == (None, None, None, None)


@pytest.mark.parametrize(
    ("sent", "mute"),
    [("true", True), ("False", False), (True, True), (0, 0), (None, None), ("maybe", None)],
)
async def test_mute_may_be_text(sent: object, mute: object) -> None:
    assert (await one(mute=sent)).mute == mute


@pytest.mark.parametrize(
    ("sent", "media"),
    [("audio", "audio"), ("VIDEO", "video"), ("data", None), (7, None), (["video"], None)],
)
async def test_the_medium_is_one_of_two(sent: object, media: object) -> None:
    assert (await one(type=sent)).media == media


@pytest.mark.parametrize("digits", range(3, 10))
async def test_stamps_have_three_to_nine_digits(digits: int) -> None:
    stamp = f"2026-05-01T09:00:01.{'123456789'[:digits]}Z"
    (found,) = await read({**track(), "timestamp": stamp})
    assert found.stamp == stamp
    assert found.at.microsecond == int("123456"[:digits].ljust(6, "0"))


async def test_never_is_no_time_of_joining() -> None:
    assert (await one(joined_at="0001-01-01T00:00:00Z")).joined_at is None
    assert (await one(joined_at=17)).joined_at is None


async def test_rows_of_another_kind_are_counted_but_left_out() -> None:
    rows = (track(), event(), None, "x", {**track("track.update.success"), "id": "two"})
    async with bench(page(*rows, total=5, after="more")) as at:
        found = await at.client.track_events(QUERY)
    assert [row.change for row in found.events] == ["add", "update"]
    assert (found.rows, found.total, found.next) == (5, 5, "more")


async def test_filters_and_the_cursor_are_sent() -> None:
    query = EventQuery(ROOM, "track.update.success", PEER, "ann", SESSION)
    async with bench(page()) as at:
        await at.client.track_events(query, "cursor:0~x==")
    assert at.neighbour.queries() == [
        {
            "room_id": ROOM,
            "type": "track.update.success",
            "limit": "100",
            "peer_id": PEER,
            "user_id": "ann",
            "session_id": SESSION,
            "start": "cursor:0~x==",
        }
    ]


async def test_troubles_are_those_of_error_events() -> None:
    gone = httpx.Response(400, json={"message": "start: invalid"})
    async with bench(gone) as at:
        with pytest.raises(ExpiredCursor):
            await at.client.track_events(QUERY, "old")
        with pytest.raises(HundredMsUnreachable):
            await at.client.track_events(QUERY)
    async with bench(httpx.Response(404, json={"message": "room not found"})) as at:
        with pytest.raises(HundredMsUnreachable):
            await at.client.track_events(QUERY)
    assert at.now == NOW
