"""Facts of webhooks in answers: peers found without a search, refused joins, removals."""

import asyncio
import contextlib
import os
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.slack.edge_harness import Bench
from tests.support.webhooks import SECRET, open_webhooks_bench
from workbench.pretend_hundredms.demo import ACCESS_KEY
from workbench.pretend_hundredms.demo import SECRET as HMS_SECRET
from workbench.pretend_hundredms.webhooks.shapes import HookWriter
from workbench.pretend_hundredms.world import PretendRoom

NOW = datetime.now(UTC).replace(microsecond=0)
HEALTHY, UNTOUCHED = "healthy", "untouched"
"""Rooms of the demo world: nobody had an error, and nobody was ever in."""


def room_named(bench: Bench, name: str) -> PretendRoom:
    rooms = bench.hundredms.world.workspaces[0].rooms
    return next(room for room in rooms if room.name == name)


def hooks_of(room: PretendRoom) -> HookWriter:
    latest = max(room.sessions, key=lambda session: session.created_at, default=None)
    began = latest.created_at if latest else NOW - timedelta(hours=1)
    return HookWriter(room.id, latest.id if latest else "", began, room.name)


async def ask(bench: Bench, text: str) -> str:
    """Return everything that the bot posted, as JSON text."""
    delivery = await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", text)
    assert delivery.acked
    await bench.settled()
    return "\n".join(f"{message.text} {message.blocks}" for message in bench.said())


def searches(bench: Bench) -> list[str]:
    """Return the calls that search the sessions of all rooms, or rooms by name."""
    return [
        call.path
        for call in bench.hundredms.calls.calls
        if (call.path == "/v2/sessions" and not call.values("room_id"))
        or (call.path == "/v2/rooms" and call.values("name"))
    ]


async def test_a_refused_join_is_told_and_its_peer_found_without_a_search(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        hooks = hooks_of(room_named(b.bench, UNTOUCHED))
        refused = hooks.refused("Ann", NOW - timedelta(minutes=30), "role limit reached")
        assert await b.sender.send(refused) == 200
        said = await ask(b.bench, refused["data"]["peer_id"])
        assert "could not join: the role is full" in said
        assert "0 of 0 events and 1 webhook read" in said
        assert "no errors reported" not in said.lower()
        assert searches(b.bench) == []


async def test_a_user_who_never_got_in_is_found_without_a_room(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        room = room_named(b.bench, HEALTHY)
        hooks = hooks_of(room)
        at = hooks.began_at + timedelta(minutes=1)
        refused = hooks.refused("Ann", at, "role limit reached")
        seen = next(peer.user_id for one in room.sessions for peer in one.peers if peer.user_id)
        user = refused["data"]["user_id"] = seen[:-1] + "x"
        nobody = await ask(b.bench, f"user:{user}")
        assert "I couldn't find that user" in nobody
        assert await b.sender.send(refused) == 200
        said = (await ask(b.bench, f"user:{user}"))[len(nobody) :]
        assert "could not join: the role is full" in said


async def test_nothing_but_ids_times_and_known_reasons_is_stored(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        at = b.hooks.began_at
        for webhook in (
            b.hooks.joined("Secretname", at),
            b.hooks.left("Secretname", at, at, "peer kicked", "private words"),
            b.hooks.refused("Secretname", at, "private words"),
            b.hooks.ended("Secretname", at, "private words"),
        ):
            if "user_id" in webhook["data"]:
                webhook["data"]["user_id"] = "customer-1"
            assert await b.sender.send(webhook) == 200
        await b.bench.settled()
        with contextlib.closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
            text = "\n".join(connection.iterdump())
        assert text.count("customer-1") == 4
        assert "peer kicked" in text
        for word in ("Secretname", "private words", b.hooks.room_name, "guest"):
            assert word not in text


async def test_a_room_whose_only_trouble_is_a_refused_join_did_not_go_well(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        hooks = hooks_of(room_named(b.bench, HEALTHY))
        at = hooks.began_at + timedelta(minutes=1)
        for error in ("role not allowed", "<!channel> *x* |" + "y" * 9_000):
            assert await b.sender.send(hooks.refused(error, at, error)) == 200
        said = await ask(b.bench, HEALTHY)
        assert "failed for 2 unrelated reasons: role that is not allowed and unknown error" in said
        assert "no errors reported" not in said.lower()
        assert "<!channel>" not in said


async def test_a_refused_join_is_told_in_the_terminal_as_well(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        hooks = hooks_of(room_named(b.bench, UNTOUCHED))
        refused = hooks.refused("Ann", NOW - timedelta(minutes=30), "role not allowed")
        assert await b.sender.send(refused) == 200
        await b.bench.settled()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "lookup", UNTOUCHED),
            env={
                "PATH": os.defpath,
                "PYTHONPATH": str(Path(__file__).parents[3]),
                "HMS_ACCESS_KEY": ACCESS_KEY,
                "HMS_SECRET": HMS_SECRET,
                "HMS_API_URL": b.bench.hms_url,
                "HMS_WEBHOOK_SECRET": SECRET,
                "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
            },
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        assert "their role is not allowed in this room" in " ".join(out.decode().split())


async def test_removals_and_the_rooms_end_are_told(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        hooks = hooks_of(room_named(b.bench, HEALTHY))
        at = hooks.began_at + timedelta(minutes=2)
        for webhook in (
            hooks.left("Ann", hooks.began_at, at, "peer kicked", "<!here> be gone"),
            hooks.left("Bob", hooks.began_at, at, "client request"),
            hooks.ended("Cid", at + timedelta(minutes=1), "<@U0ALICE> ended it"),
        ):
            assert await b.sender.send(webhook) == 200
        said = await ask(b.bench, HEALTHY)
        clock = f"{at:%H:%M}"
        removed = "1 person was removed from the call (by a participant or the app's server)"
        assert f"{removed} at {clock}" in said
        assert "The room ended at" in said
        assert "be gone" not in said
        assert "ended it" not in said


async def test_a_webhook_of_an_unwatched_room_makes_no_call(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        before = len(b.bench.hundredms.calls.calls)
        for webhook in b.hooks.documented(b.hooks.began_at):
            assert await b.sender.send(webhook) == 200
        await b.bench.settled()
        assert len(b.bench.hundredms.calls.calls) == before


async def until_known(bench: Bench, peer_id: str) -> None:
    for _ in range(200):
        if await bench.memory.rooms_of_peer(peer_id):
            return
        await bench.settled(0.05)
    raise AssertionError("the webhooks were not fetched")


async def test_without_a_url_peers_are_learned_from_the_list(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path, hms_webhook_pull=True) as b:
        session = max(room_named(b.bench, HEALTHY).sessions, key=lambda one: one.created_at)
        await until_known(b.bench, session.peers[0].id)
        asked = [c for c in b.bench.hundredms.calls.calls if c.path == "/v2/analytics/webhooks"]
        assert {tuple(call.values("event_names")) for call in asked} == {("peer.join.success",)}
        assert {call.status for call in asked} == {200}
        said = await ask(b.bench, session.peers[0].id)
        assert "for this participant" in said
        assert searches(b.bench) == []
        assert await b.sender.send(b.hooks.opened()) == 404
