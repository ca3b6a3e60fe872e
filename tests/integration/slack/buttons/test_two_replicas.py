"""Presses that two replicas answer at once: one refresh, and no edit that undoes another."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.slack.lookup.test_diagnosis import words
from tests.support.slack.edge_harness import part_of
from tests.support.slack.live_errors import add_failures
from workbench.postgres import postgres_server
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_slack import Message, PretendSlack, example_team, stand
from workbench.replica import Replica, replica_of

ROOM = "one-bad-user"
CHANNEL, ALICE, BOB = "C0ONCALL", "U0ALICE", "U0BOB"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two bots on one database, behind one Slack."""

    slack: PretendSlack
    hundredms: Stage
    replicas: tuple[Replica, ...]

    async def click(self, replica: int, opening: Message, name: str, user: str) -> None:
        """Press a button whose press that replica gets."""
        self.slack.team.request_url = self.replicas[replica].address
        await self.slack.click(opening, name, user)

    async def opening(self) -> Message:
        """Ask the first replica; return the opening of the whole answer."""
        self.slack.team.request_url = self.replicas[0].address
        await self.slack.type_command(CHANNEL, ALICE, "/call-errors", ROOM)
        await self.slack.until(lambda: "8 of 8 events" in words(*self._openings()), 120)
        await self.slack.until(lambda: self._log().count('"event": "audit"') >= 1, 120)
        return self._openings()[0]

    async def ended(self, presses: int) -> None:
        """Wait until so many presses have ended."""
        await self.slack.until(lambda: self._log().count('"event": "audit"') > presses, 120)

    def lines(self, opening: Message) -> list[Message]:
        """Return the lines on what changed, in the thread and for one person alone."""
        said = [m for m in self.slack.team.from_app() if m is not opening]
        return [m for m in said if part_of(m).startswith(("changed-", "unchanged-"))]

    def _openings(self) -> list[Message]:
        return [m for m in self.slack.team.from_app() if part_of(m) == "opening"]

    def _log(self) -> str:
        return "".join(replica.log.read_text() for replica in self.replicas)


@contextlib.asynccontextmanager
async def open_pair(folder: Path) -> AsyncIterator[Pair]:
    with postgres_server() as postgres:
        url = postgres.database("pair")
        app = build(demo_world(datetime.now(UTC), large_events=100))
        async with contextlib.AsyncExitStack() as stack:
            hms_url = await stack.enter_async_context(running(app))
            slack = await stack.enter_async_context(stand(example_team()))
            replicas = tuple(
                replica_of(slack.team, hms_url, url, folder, name, {}) for name in ("one", "two")
            )
            for replica in replicas:
                replica.patience = 180  # of a busy machine
                stack.push_async_callback(replica.stop)
            await asyncio.gather(*(replica.start() for replica in replicas))
            yield Pair(slack, stage(app), replicas)


@pytest.mark.parametrize("first", ["ask_again", "take"])
async def test_neither_a_refresh_nor_a_name_undoes_the_other(tmp_path: Path, first: str) -> None:
    async with open_pair(tmp_path) as pair:
        opening = await pair.opening()
        add_failures(pair.hundredms, ROOM, 3)
        second = "take" if first == "ask_again" else "ask_again"
        # The earlier edit arrives after the later one.
        slow = pair.slack.team.faults.add("chat.update", "slow", seconds=3, times=1)
        await pair.click(0, opening, first, BOB)
        await pair.slack.until(lambda: slow.hits == 1, 120)
        await pair.click(1, opening, second, BOB)
        await pair.ended(presses=2)
        assert "11 of 11 events" in words(opening)
        assert words(opening).splitlines()[-1].endswith(" is on it.")
        (line,) = pair.lines(opening)
        assert words(line).startswith("+3 errors")


async def test_two_presses_on_two_replicas_give_one_refresh(tmp_path: Path) -> None:
    async with open_pair(tmp_path) as pair:
        opening = await pair.opening()
        add_failures(pair.hundredms, ROOM, 3)
        await asyncio.gather(
            *(
                pair.click(number, opening, "ask_again", user)
                for number, user in enumerate((ALICE, BOB))
            )
        )
        await pair.ended(presses=2)
        lines = pair.lines(opening)
        assert [words(m)[:9] for m in lines if m.ephemeral_to is None] == ["+3 errors"]
        assert {m.ephemeral_to for m in lines} <= {None, ALICE, BOB}
        assert len(lines) == 2
