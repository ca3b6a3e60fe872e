"""The bot of today on what release 0.1 left when it was killed: see `tests/data/release-0.1`."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.slack.dedupe import digest_of
from tests.support.release_data import Record, buttons_of
from tests.support.slack.edge_harness import lookup_of, part_of, shown
from workbench.pretend_hundredms.app import build
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.serving import running
from workbench.pretend_slack import Message, PretendSlack, View, example_team, stand
from workbench.replica import Replica, replica_of

ONCALL, WARROOM, ALICE, BOB = "C0ONCALL", "C0WARROOM", "U0ALICE", "U0BOB"
VERSIONS = Path(__file__).parents[3] / "bot" / "storage" / "migrations" / "versions"
BROUGHT = {
    "recovered": "recovered-1",
    "timeline": "timeline-1",
    "packet": "packet",
    "show_more": "more-",
    "choose-0": "opening",
    "refresh": "opening",
}
"""Each button of the old release, and how the part is called that a press brings."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The bot of today where the old one stood. `old` is what the old one had said."""

    slack: PretendSlack
    bot: Replica
    folder: Path
    old: tuple[Message, ...]

    def new(self) -> list[Message]:
        """What the bot of today said, and what it changed."""
        return [message for message in self.slack.team.from_app() if message not in self.old]

    def parts_of(self, reference: str) -> list[str]:
        """The parts of an answer that stand."""
        said = self.slack.team.from_app()
        return [part_of(message) for message in said if lookup_of(message) == reference]

    def holder_of(self, button: str, words: str = "") -> Message:
        """The first message of the old release with that button and these words."""
        return next(
            message
            for message in self.old
            if button in dict(buttons_of(message)) and words in shown(message)
        )

    async def run(self, *arguments: str) -> tuple[int, str]:
        """`call-doctor` on the same database; its exit status and what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            env=dict(self.bot.environment),
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, (out or err).decode()

    def rows(self, query: str, database: str = "bot") -> list[tuple[Any, ...]]:
        """What a database tells."""
        with closing(sqlite3.connect(self.folder / f"{database}.db")) as connection:
            return connection.execute(query).fetchall()

    def jobs_left(self) -> int:
        """Jobs that are not over."""
        query = "SELECT count(*) FROM workflow_status WHERE status NOT IN ('SUCCESS', 'ERROR')"
        (count,) = self.rows(query, "bot-jobs")
        return int(count[0])


@asynccontextmanager
async def open_scene(folder: Path) -> AsyncIterator[Scene]:
    """Everything restored, moved to the present, and the bot ready."""
    record = Record()
    app = build(demo_world(record.made_at, large_events=record.large_events))
    team = example_team()
    async with AsyncExitStack() as stack:
        hms_url = await stack.enter_async_context(running(app))
        slack = await stack.enter_async_context(stand(team))
        record.restore_slack(team)
        record.restore_databases(folder, team.base_url)
        _claim_again(folder, team.from_app())
        bot = replica_of(team, hms_url, f"sqlite:///{folder}/bot.db", folder, "bot", {})
        team.request_url = bot.address
        scene = Scene(slack, bot, folder, tuple(team.from_app()))
        stack.push_async_callback(bot.stop)
        await bot.start()
        yield scene


def _claim_again(folder: Path, old: list[Message]) -> None:
    """The timeline that the old release showed is known by a digest of what was moved."""
    opening = next(m for m in old if "timeline" in dict(buttons_of(m)) and "storm" in shown(m))
    value = dict(buttons_of(opening))["timeline"]
    what = digest_of(("timeline", ONCALL, opening.ts, value, "")).hex()
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        claim = "UPDATE shown SET what = ? WHERE by LIKE 'press:%:timeline:%'"
        assert connection.execute(claim, (what,)).rowcount == 1
        connection.commit()


async def over(scene: Scene) -> None:
    """Wait until no job is left."""
    await scene.slack.until(lambda: scene.jobs_left() == 0, 60)


async def press(scene: Scene, holder: Message, button: str, brought: str) -> Message:
    """Press a button of the old release; the message that it brings."""
    before = scene.new()
    delivery = await scene.slack.click(holder, button, holder.ephemeral_to or ALICE)
    assert delivery.acked

    def found() -> list[Message]:
        return [
            message
            for message in scene.new()
            if message not in before and part_of(message).startswith(brought)
        ]

    await scene.slack.until(lambda: bool(found()), 30)
    await over(scene)
    return found()[0]


async def test_jobs_under_way_are_taken_up_and_answered_once(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as scene:
        looking = next(m for m in scene.old if part_of(m) == "looking")
        acknowledged = [m for m in scene.old if m.via == "ack"][-1]
        private = acknowledged.text.rpartition("Reference ")[2].strip(". ")
        await over(scene)
        mentioned = scene.parts_of(lookup_of(looking))
        assert "looking" not in mentioned
        assert mentioned.count("opening") == mentioned.count("reply-1") == 1
        assert scene.parts_of(private).count("opening") == 1
        said = [message for message in scene.new() if lookup_of(message) == private]
        assert {message.ephemeral_to for message in said} == {BOB}
        packets = [message for message in scene.new() if part_of(message) == "packet"]
        assert len(packets) == 1
        assert "error" not in {part_of(message) for message in scene.new()}
        assert "Traceback" not in scene.bot.log.read_text()


async def test_answers_that_stand_in_half_are_brought_to_their_end(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as scene:
        public = next(lookup_of(m) for m in scene.old if part_of(m) == "reply-1")
        private = next(
            lookup_of(m) for m in scene.old if part_of(m) == "opening" and m.ephemeral_to == BOB
        )
        await over(scene)
        parts = scene.parts_of(public)
        assert sorted(parts) == ["opening", "reply-1", "reply-2", "reply-3", "spread"]
        # Nobody can tell whether the reply that was under way for one person arrived.
        assert scene.parts_of(private) == ["opening", "missing"]


def is_filled(view: View) -> bool:
    """Whether the form of a reply holds the people."""
    return "reply_choice" in str(view.content)


async def test_every_button_of_the_old_release_works(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as scene:
        await over(scene)
        held = {name for message in scene.old for name, _ in buttons_of(message)}
        # Answers that were under way were finished by this release, with its buttons.
        assert held <= {*BROUGHT, "choose-1", "reply", "ask_again", "it_note", "post_in_channel"}
        reply = scene.holder_of("reply", "")
        await scene.slack.click(reply, "reply", reply.ephemeral_to or ALICE)
        await scene.slack.until(lambda: any(is_filled(v) for v in scene.slack.team.views.values()))
        for button, brought in BROUGHT.items():
            holder = scene.holder_of(button, "large" if button == "timeline" else "")
            message = await press(scene, holder, button, brought)
            assert "older answer" not in shown(message)
            alone = bool(holder.ephemeral_to) and button != "choose-0"
            assert message.ephemeral_to == (ALICE if alone else None)


async def test_what_the_old_release_showed_is_not_shown_twice(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as scene:
        await over(scene)
        await scene.slack.click(scene.holder_of("timeline", "storm"), "timeline", BOB)
        await scene.slack.until(lambda: any("see the thread" in shown(m) for m in scene.new()))
        assert not [message for message in scene.new() if part_of(message) == "timeline-1"]


async def test_settings_answers_and_rows_of_the_old_release_hold(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as scene:
        assert scene.rows("SELECT version_num FROM alembic_version") == [(_newest(),)]
        await over(scene)
        await scene.slack.type_command(WARROOM, ALICE, "/call-errors", "storm")
        await scene.slack.until(lambda: bool(_openings(scene, WARROOM)), 30)
        await over(scene)
        assert {m.ephemeral_to for m in scene.new() if m.channel == WARROOM} == {ALICE}
        ((reference, room),) = scene.rows(
            "SELECT lookup_id, room_id FROM answers ORDER BY answered_at LIMIT 1"
        )
        status, out = await scene.run("lookup", reference, "--json")
        assert status == 0, out
        assert json.loads(out)["target"]["room_id"] == room
        ((peer, its_room),) = scene.rows("SELECT peer_id, room_id FROM peers LIMIT 1")
        status, out = await scene.run("lookup", f"peer {peer}", "--json")
        assert status == 0, out
        assert json.loads(out)["target"]["room_id"] == its_room
        status, out = await scene.run("audit", "--json")
        assert status == 0, out
        assert [(row["user"], row["channel"]) for row in json.loads(out)] == [(ALICE, WARROOM)]
        status, out = await scene.run("forget", "--user", ALICE, "--room", room)
        assert status == 0, out
        assert " 0 look-ups" not in out.splitlines()[0]
        assert "0 peers" not in out.splitlines()[1]
        assert scene.rows("SELECT private FROM channels WHERE channel = 'C0WARROOM'") == [(1,)]


def _newest() -> str:
    """The last migration's revision, as its file is called."""
    return max(file.name for file in VERSIONS.glob("v*.py"))[1:5]


def _openings(scene: Scene, channel: str) -> list[Message]:
    return [m for m in scene.new() if part_of(m) == "opening" and m.channel == channel]
