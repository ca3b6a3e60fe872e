"""A watched call in Slack: the message, the lines of its thread, and its end.

The bot, Bolt, the database and the jobs are the real ones; both ends are pretend.
"""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from tests.support.slack.edge_harness import check_all
from tests.support.slack.watches import WatchBench, watching, words
from tests.support.webhooks import HEADER, SECRET
from workbench.pretend_hundredms.webhooks.sender import WebhookSender
from workbench.pretend_hundredms.webhooks.shapes import HookWriter


async def test_a_storm_of_three_is_told_in_five_messages_and_ends(tmp_path: Path) -> None:
    async with watching(tmp_path) as w:
        message = await w.watch()
        for number in range(3):
            w.room.break_network(number, w.now)
        await w.until("5 people are fine.")
        await w.until("did not get back in", "line")
        w.room.mend(0, w.now)
        await w.until("6 people are fine.")
        w.room.end(w.now)
        await w.until("The call is over.")
        await w.bench.settled()
        lines = w.messages("line")
        assert len(lines) <= 4
        assert "stop_watch" not in str(message.blocks)
        assert all(line.thread_ts == message.ts for line in lines)
        assert await w.running() == []
        check_all(w.bench)


def hooks_of(w: WatchBench) -> HookWriter:
    session = w.room.session
    assert session is not None
    return HookWriter(session.room_id, session.id, session.created_at, w.room.name)


@contextlib.asynccontextmanager
async def watching_with_webhooks(
    folder: Path,
) -> AsyncIterator[tuple[WatchBench, WebhookSender]]:
    settings = {"hms_webhook_secret": SECRET}
    async with watching(folder, settings=settings) as w, httpx.AsyncClient() as http:
        url = w.bench.url + "/100ms/webhooks/default"
        yield w, WebhookSender(http, url, {HEADER: SECRET}, pauses=())


async def test_a_kicked_person_is_told(tmp_path: Path) -> None:
    async with watching_with_webhooks(tmp_path) as (w, sender):
        await w.watch()
        w.room.leave(0, w.now)
        await w.until("7 people are fine.")  # nothing at 100ms changes after this
        person, hooks = w.room.people[0], hooks_of(w)
        webhook = hooks.left(person.name, hooks.began_at, w.now, "peer kicked", "<!here> be gone")
        webhook["data"] |= {"peer_id": person.peer_id, "user_id": person.user_id}
        assert await sender.send(webhook) == 200
        removed = "1 person was removed from the call (by a participant or the app's server) at"
        message = await w.until(removed)
        w.room.end(w.now)
        final = await w.until(f"The call is over. No errors were reported. {removed}", "line")
        assert "be gone" not in words(message) + words(final)
        check_all(w.bench)


async def test_a_refused_join_is_a_line_of_the_thread(tmp_path: Path) -> None:
    async with watching_with_webhooks(tmp_path) as (w, sender):
        await w.watch("notify me")
        refused = hooks_of(w).refused("Zoe", w.now, "role limit reached")
        assert await sender.send(refused) == 200
        line = await w.until("could not join: the role is full", "line")
        assert "<@U0ALICE>" in line.text
        assert "8 people are fine." in words(w.messages()[0])
