"""A conversation with Call Doctor in the terminal."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

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
MOST_LINES = 32
"""Lines of an opening that are printed; with what stands around them, 40."""


async def answer(line: str, console: Console, *, thread: bool = False) -> None:
    """Print the answer to one line, with its thread if asked. Raises BotDied."""
    async with _desk(console) as desk:
        await _show(desk, line, console, thread=thread)


async def converse(first: str, console: Console) -> None:
    """Print the answer to a first line, and then to what is typed. Raises BotDied."""
    async with _desk(console) as desk:
        shown = await _show(desk, first, console)
        await _converse(desk, console, shown)


@contextlib.asynccontextmanager
async def _desk(console: Console) -> AsyncIterator[Desk]:
    console.print(Text("Starting a pretend 100ms, a pretend Slack and the bot …", "dim"))
    async with open_bench() as bench:
        yield Desk(bench)


async def _converse(desk: Desk, console: Console, shown: list[Message]) -> None:
    console.print(Text(HELP, "dim"))
    while (line := await asyncio.to_thread(_read)) not in (None, "quit", "exit"):
        if line == "rooms":
            console.print(_rooms(desk.bench))
        elif line in ("", "help"):
            console.print(Text(HELP, "dim"))
        elif line == "thread":
            console.print(render_channel(shown, "#oncall"))
        else:
            shown = await _show(desk, line or "", console)


def _read() -> str | None:
    try:
        return input("\n#oncall > ").strip()
    except EOFError:
        return None


async def _show(desk: Desk, line: str, console: Console, *, thread: bool = False) -> list[Message]:
    """Do what the line says and print its answer; return the messages that came of it."""
    team = desk.bench.slack.team
    before = len(team.messages)
    console.print(Text(f"\n#oncall  Alice: {line}\n", "bold"))
    try:
        await desk.enter(line)
    except NotPossible as error:
        console.print(Text(str(error), "red"))
        return []
    messages = _seen(team.messages[before:])
    if thread:
        console.print(render_channel(messages, "#oncall"))
    else:
        _print_opening(messages, console)
    return messages


def _seen(messages: Sequence[Message]) -> list[Message]:
    return [m for m in messages if not m.deleted and m.ephemeral_to in (None, PERSON)]


def _print_opening(messages: list[Message], console: Console) -> None:
    """Print the opening of the answer, and one line on what follows it."""
    opening = _opening(messages)
    if opening is None:
        console.print(render_channel(messages, "#oncall"))
        return
    with console.capture() as captured:
        console.print(render_channel([replace(opening, thread_ts=None)], "#oncall", threads=False))
    lines = captured.get().rstrip().splitlines()
    console.file.write("\n".join(lines[:MOST_LINES]) + "\n")
    if len(lines) > MOST_LINES:
        console.print(Text(f"… {len(lines) - MOST_LINES} more lines: --thread prints them.", "dim"))
    rest = messages[messages.index(opening) + 1 :]
    if rest:
        console.print(Text(f"\n{_rest_words(rest)} `--thread` prints it.", "dim"))


def _opening(messages: list[Message]) -> Message | None:
    """Return the bot's first message for everybody, else its last one for the asker alone."""
    own = [message for message in messages if message.bot_id]
    public = [message for message in own if not message.ephemeral_to]
    private = [message for message in own if message.blocks]
    return next(iter(public or private[-1:]), None)


def _rest_words(rest: list[Message]) -> str:
    """Return what the thread holds, in a sentence."""
    files = [file for message in rest for file in message.files]
    pictures = sum(str(file.get("name", "")).endswith(".png") for file in files)
    counts = (
        (len(rest), "message"),
        (pictures, "picture"),
        (len(files) - pictures, "file"),
    )
    parts = [f"{number} {noun}{'s' * (number != 1)}" for number, noun in counts if number]
    return f"The thread holds {', '.join(parts)}."


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
