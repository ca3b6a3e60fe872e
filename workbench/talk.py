"""A conversation with Call Doctor in the terminal."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbench.bench import Bench, open_bench
from workbench.desk import HELP, PERSON, Desk
from workbench.pretend_hundredms.control import rooms_of
from workbench.pretend_hundredms.scenarios import scenario_files
from workbench.pretend_slack.records import Message, NotPossible
from workbench.pretend_slack.terminal import render_channel

FIRST = "/call-errors sample-publish"


async def answer(line: str, console: Console) -> None:
    """Answer one line. Raises BotDied."""
    async with _desk(console) as desk:
        await _show(desk, line, console)


async def converse(first: str, console: Console) -> None:
    """Answer a first line, and then what is typed. Raises BotDied."""
    async with _desk(console) as desk:
        await _show(desk, first, console)
        await _converse(desk, console)


@contextlib.asynccontextmanager
async def _desk(console: Console) -> AsyncIterator[Desk]:
    console.print(Text("Starting a pretend 100ms, a pretend Slack and the bot …", "dim"))
    async with open_bench() as bench:
        yield Desk(bench)


async def _converse(desk: Desk, console: Console) -> None:
    console.print(Text(HELP, "dim"))
    while (line := await asyncio.to_thread(_read)) not in (None, "quit", "exit"):
        if line == "rooms":
            console.print(_rooms(desk.bench))
        elif line in ("", "help"):
            console.print(Text(HELP, "dim"))
        else:
            await _show(desk, line or "", console)


def _read() -> str | None:
    try:
        return input("\n#oncall > ").strip()
    except EOFError:
        return None


async def _show(desk: Desk, line: str, console: Console) -> None:
    """Do what the line says and print every message that came of it."""
    team = desk.bench.slack.team
    before = len(team.messages)
    console.print(Text(f"\n#oncall  Alice: {line}\n", "bold"))
    try:
        await desk.enter(line)
    except NotPossible as error:
        console.print(Text(str(error), "red"))
        return
    console.print(render_channel(_seen(team.messages[before:]), "#oncall"))


def _seen(messages: Sequence[Message]) -> list[Message]:
    return [m for m in messages if not m.deleted and m.ephemeral_to in (None, PERSON)]


def _rooms(bench: Bench) -> Table:
    table = Table("room", "id", "events", "terminal", box=None)
    scenarios = {path.stem for path in scenario_files()}
    rooms = rooms_of(bench.hundredms)
    for room in rooms:
        if room["name"] not in scenarios:
            table.add_row(*(str(room[key]) for key in ("name", "id", "errors", "terminal")))
    count = sum(room["name"] in scenarios for room in rooms)
    table.add_row(f"and {count} scenarios, each named like its file in tests/scenarios")
    return table
