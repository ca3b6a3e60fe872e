"""`call-doctor forget`: removes what is stored of one person or one room."""

import asyncio
import sys

from bot import wiring
from bot.cli import terminal
from bot.cli.log_setup import set_up_logs
from bot.cli.screen import open_console, shown, write_error
from bot.domain.errors import BotError
from bot.settings import read_settings
from bot.storage import Removed, empty_logs, open_database

DONE, FAILED, ASKED_WRONGLY = 0, 1, 2


async def run(user: str, room: str) -> int:
    """Remove, and say what was removed; the process's exit status."""
    if not user.strip() and not room.strip():
        print("Say whom or what: --user <id> or --room <id>.", file=sys.stderr)  # noqa: T201
        return ASKED_WRONGLY
    try:
        settings = read_settings()
        set_up_logs("CRITICAL")
        async with open_database(settings.database) as memory:
            if user.strip():
                _say("user", user.strip(), await memory.forget_user(user.strip()))
            if room.strip():
                _say("room", room.strip(), await memory.forget_room(room.strip()))
        if not await asyncio.to_thread(empty_logs, settings.database):
            write_error("SQLite's write-ahead log is in use: what was removed leaves it later.")
    except BotError as error:
        terminal.show_error(open_console(stderr=True), error, wiring.new_lookup_id())
        return FAILED
    return DONE


def _say(kind: str, name: str, removed: Removed) -> None:
    rows = ", ".join(f"{number} {what}" for what, number in removed.items())
    print(shown(f"Removed of {kind} {name}: {rows or 'nothing'}."))  # noqa: T201
