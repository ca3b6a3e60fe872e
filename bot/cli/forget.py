"""`call-doctor forget`: removes stored data of one person or one room (`bot.storage.forget`)."""

import asyncio
import sys

from bot import wiring
from bot.cli import terminal
from bot.cli.log_setup import set_up_logs
from bot.cli.screen import open_console, printable_text, write_error
from bot.domain.errors import BotError
from bot.settings import read_settings
from bot.storage import Removed, empty_logs, open_database

DONE, FAILED, INVALID_ARGUMENTS = 0, 1, 2


async def run(user: str, room: str) -> int:
    """Remove the data and print what was removed; return the exit status of the process."""
    if not user.strip() and not room.strip():
        print("Say whom or what: --user <id> or --room <id>.", file=sys.stderr)  # noqa: T201
        return INVALID_ARGUMENTS
    try:
        settings = read_settings()
        set_up_logs("CRITICAL")
        async with open_database(settings.database) as database:
            if user.strip():
                _print_removed("user", user.strip(), await database.forget_user(user.strip()))
            if room.strip():
                _print_removed("room", room.strip(), await database.forget_room(room.strip()))
        if not await asyncio.to_thread(empty_logs, settings.database):
            write_error("SQLite's write-ahead log is in use: what was removed leaves it later.")
    except BotError as error:
        terminal.show_error(open_console(stderr=True), error, wiring.new_lookup_id())
        return FAILED
    return DONE


def _print_removed(kind: str, name: str, removed: Removed) -> None:
    rows = ", ".join(f"{number} {what}" for what, number in removed.items())
    print(printable_text(f"Removed of {kind} {name}: {rows or 'nothing'}."))  # noqa: T201
