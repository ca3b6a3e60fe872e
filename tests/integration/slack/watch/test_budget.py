"""The calls of watches: what webhooks may cause, and that a change is told in time all the same."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.slack.edge_harness import check_all, part_of
from tests.support.slack.watch_day import WatchDay, open_watch_day
from tests.support.slack.watches import WatchBench, watching, words
from tests.support.webhooks import HEADER, SECRET
from workbench.pretend_hundredms.webhooks.sender import WebhookSender
from workbench.pretend_hundredms.webhooks.shapes import HookWriter, Webhook

FAILED, LATE = "did not get back in", "This look came late"
pytestmark = pytest.mark.timeout(600)


def joined(w: WatchBench, number: int) -> Webhook:
    session = w.room.session
    assert session is not None
    return HookWriter(session.room_id, session.id, session.created_at, w.room.name).joined(
        f"Guest {number}", w.now
    )


async def test_a_webhook_wakes_a_watch_and_a_burst_costs_few_looks(tmp_path: Path) -> None:
    """An empty room is looked at once a minute; a webhook does not wait for that."""
    settings = {"hms_webhook_secret": SECRET}
    async with watching(tmp_path, speed=1, settings=settings) as w, httpx.AsyncClient() as http:
        url = w.bench.url + "/100ms/webhooks/default"
        sender = WebhookSender(http, url, {HEADER: SECRET}, pauses=())
        w.room.end(w.now)
        await w.ask("watch live-room for 10m")
        await w.until("Nobody is in the call.")
        w.room.start(w.now)
        before = len(w.calls("/sessions"))
        sent = [await sender.send(joined(w, number)) for number in range(200)]
        assert set(sent) == {200}
        await w.until("8 people are fine.")
        assert len(w.calls("/sessions")) - before < 5


async def test_45_watches_tell_a_change_within_100_s_beside_a_storm_of_questions(
    tmp_path: Path,
) -> None:
    count = 45
    async with open_watch_day(tmp_path, count) as day:
        await day.start_all(count, "for 20m")
        await day.pass_(200)
        assert not any(LATE in words(message) for message in day.messages())
        await ask_much(day)
        troubled = (0, 20, 40)
        for number in troubled:
            day.rooms[number].break_network(0, day.time.now())
        over = day.time.now() + timedelta(seconds=60)  # then the SDK gives up
        await day.pass_(60 + 100)
        assert sum(len(told) for told in day.lines().values()) == len(troubled)
        for number in troubled:
            (line,) = day.lines_of(number)
            assert FAILED in words(line)
            assert day.shown_at[line.ts] <= over + timedelta(seconds=100)
        answers = Counter(part_of(message) for message in day.bench.said())["opening"]
        assert answers >= 1
        check_all(day.bench)


async def ask_much(day: WatchDay) -> None:
    """Let many people ask about a large room at once, while the watches go on."""
    slack = day.bench.slack
    await asyncio.gather(
        *(
            slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", room)
            for room in ("storm", "all-types", "healthy", "one-bad-user")
        )
    )
