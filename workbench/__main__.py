"""`python -m workbench`: try Call Doctor in the terminal, without any account.

python -m workbench                         one look-up answered, then yours
python -m workbench "/call-errors storm"    answers that one and exits
"""

import asyncio
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbench.bench import Bench, BotDied, open_bench
from workbench.desk import HELP, PERSON, Desk
from workbench.pretend_hundredms.control import rooms_of
from workbench.pretend_hundredms.scenarios import scenario_files
from workbench.pretend_slack.records import Message, NotPossible
from workbench.pretend_slack.terminal import render_channel

FIRST = "/call-errors sample-publish"


async def run(arguments: Sequence[str], console: Console) -> int:
    """Answer the arguments, or the first example and then what is typed."""
    console.print(Text("Starting a pretend 100ms, a pretend Slack and the bot …", "dim"))
    try:
        async with open_bench() as bench:
            desk = Desk(bench)
            await _show(desk, " ".join(arguments) or FIRST, console)
            if not arguments:
                await _converse(desk, console)
    except BotDied as error:
        console.print(Text(f"The bot ended: {error}", "red"))
        return 1
    return 0


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


def main() -> int:
    """Run until done; Ctrl-C ends everything."""
    try:
        return asyncio.run(run(sys.argv[1:], Console()))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
