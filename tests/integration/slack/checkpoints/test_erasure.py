"""`call-doctor forget` in a running installation: look-ups under way end, and nothing is reused."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx

from bot.domain.parsing import parse_query
from bot.domain.report import Report
from bot.settings import Settings
from bot.storage import open_database
from bot.wiring import Services, now, open_services
from tests.support.slack.edge_harness import Bench, check_all, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import utc_now
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_text

ENDED = "I stopped this look-up"


def words(message: Message) -> str:
    return f"{message.text}\n{visible_text(message.blocks)}"


def ended(bench: Bench) -> list[Message]:
    return [one for one in bench.said() if ENDED in words(one)]


def final(bench: Bench, channel: str = "") -> list[Message]:
    """Openings that are answers."""
    return [
        one
        for one in bench.said(channel)
        if part_of(one) == "opening" and "so far" not in one.text.lower()
    ]


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'bot.db'}"


async def forget(folder: Path, users: Sequence[str] = (), rooms: Sequence[str] = ()) -> list[int]:
    """As `call-doctor forget` does; how many look-ups were removed for each."""
    async with open_database(database(folder)) as memory:
        removed = [await memory.forget_user(user) for user in users]
        removed += [await memory.forget_room(room) for room in rooms]
    return [one["look-ups"] for one in removed]


@contextlib.asynccontextmanager
async def slow(bench: Bench, seconds: float = 6) -> AsyncIterator[None]:
    """While the block runs, 100ms needs so long for each page of events."""
    rule = {"kind": "slow", "path": "/v2/analytics/events", "seconds": seconds}
    async with httpx.AsyncClient(base_url=bench.hms_url.removesuffix("/v2")) as control:
        await control.post("/_control/faults", json=rule)
        yield
        await control.request("DELETE", "/_control/faults")


async def room_of(bench: Bench, name: str) -> str:
    """The id of that room, as the buttons of an answer about it hold it."""
    await bench.slack.type_command("C0WARROOM", "U0BOB", "/call-errors", name)
    await bench.slack.until(lambda: final(bench, "C0WARROOM"), 30)
    await bench.settled(0.2)
    found = re.search(r'"room_id":"([0-9a-f]{24})"', str(final(bench, "C0WARROOM")[0].blocks))
    assert found
    return found[1]


async def test_a_look_up_under_way_ends_with_a_word_to_who_asked(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        room = await room_of(bench, "one-bad-user")
        async with slow(bench):
            await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", f"room {room}")
            root = await bench.slack.mention("C0ONCALL", "one-bad-user type join", user="U0BOB")
            await bench.slack.mention("C0ONCALL", "storm", user="U0BOB")
            await forget(tmp_path, rooms=[room])
            await bench.slack.until(lambda: len(ended(bench)) == 2, 40)
            await bench.slack.until(lambda: final(bench, "C0ONCALL"), 40)
        await bench.settled(0.2)
        assert root.acked
        notices = ended(bench)
        assert {notice.ephemeral_to for notice in notices} == {"U0ALICE", "U0BOB"}
        assert all("Reference" in words(notice) for notice in notices)
        public = [one for one in bench.said("C0ONCALL") if not (one.ephemeral_to or one.deleted)]
        assert not any("Looking for" in words(one) for one in public)
        assert len(final(bench, "C0ONCALL")) == 1
        check_all(bench)


async def test_a_workflows_step_under_way_ends_with_an_error(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        room = await room_of(bench, "one-bad-user")
        said = len(bench.said())
        async with slow(bench):
            inputs = {"target": f"room {room} type join", "channel": "C0ONCALL"}
            run, _ = await bench.slack.run_step(inputs)
            await forget(tmp_path, rooms=[room])
            await bench.slack.until(lambda: run.state != "running", 40)
        await bench.settled(0.2)
        assert run.state == "failed"
        assert ENDED in run.error
        assert "Reference CD-" in run.error
        assert len(bench.said()) == said


async def test_a_press_under_way_ends_with_a_word_to_who_pressed(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        room = await room_of(bench, "one-bad-user")
        (opening,) = final(bench, "C0WARROOM")
        await bench.restart()  # what it read is gone, so that the press asks 100ms
        async with slow(bench):
            await bench.slack.click(opening, "timeline", "U0ALICE")
            await forget(tmp_path, rooms=[room])
            await bench.slack.until(lambda: ended(bench), 40)
        await bench.settled(0.2)
        (told,) = ended(bench)
        assert told.ephemeral_to == "U0ALICE"
        assert not any("timeline" in part for part in bench.parts())


async def test_what_a_stopped_bot_had_recorded_ends_when_it_starts_again(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10, drain_seconds=0.1) as bench:
        async with slow(bench):
            await bench.slack.mention("C0ONCALL", "storm", user="U0ALICE")
            await bench.slack.mention("C0ONCALL", "healthy", user="U0BOB")
            await bench.slack.until(lambda: len(bench.said()) >= 2)
            await bench.life.aclose()
            await forget(tmp_path, users=["U0ALICE"])
            await bench.begin(bench.life)
        await bench.slack.until(lambda: ended(bench) and final(bench), 40)
        await bench.settled(0.2)
        assert len(ended(bench)) == 1
        assert len(final(bench)) == 1
        assert await forget(tmp_path, users=["U0ALICE"]) == [0]


async def test_events_in_memory_are_let_go_and_read_anew(tmp_path: Path) -> None:
    app = build(demo_world(utc_now(), large_events=10))
    async with running(app) as url:
        settings = Settings(
            _env_file=None,
            hms_access_key=ACCESS_KEY,
            hms_secret=SECRET,
            hms_api_url=url,
            database_url=database(tmp_path),
        )
        async with open_services(settings, memory_needed=True) as engine:
            report = await ask(engine, "storm")
            await ask(engine, "storm")
            calls = stage(app).calls
            before = len(calls.calls)
            await ask(engine, "storm")
            assert len(calls.calls) == before, "it was read a moment ago"
            await forget(tmp_path, rooms=[report.target.room.id])
            async with asyncio.timeout(30):
                while not engine.erasures.erased_since([report.target.room.id], 0.0):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert (await ask(engine, "storm")).as_of > report.as_of
            assert len(calls.calls) > before


async def ask(engine: Services, text: str) -> Report:
    found = await engine.investigator.report(parse_query(text, now()), "CD-AAAAAAAA", silent)
    assert isinstance(found, Report)
    return found


async def silent(_: str) -> None:
    """Nobody listens."""
