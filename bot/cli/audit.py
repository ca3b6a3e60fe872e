"""`call-doctor audit`: lists who asked for what, where and when, and the outcome."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from bot import wiring
from bot.cli import terminal
from bot.cli.log_setup import set_up_logs
from bot.cli.screen import open_console, rich_text
from bot.domain.audit import Access
from bot.domain.errors import BotError, UnreadableQuestion
from bot.domain.parsing import parse_since
from bot.domain.text import clean
from bot.render.json_document import to_json_text
from bot.settings import read_settings
from bot.storage import open_database

DONE, FAILED, INVALID_ARGUMENTS = 0, 1, 2


async def run(since: str, user: str, room: str, *, as_json: bool) -> int:
    """Print the rows, oldest first; return the exit status of the process."""
    try:
        moment = parse_since_option(since, "The audit was not read")
        settings = read_settings()
        set_up_logs("CRITICAL")
        async with open_database(settings.database) as database:
            rows = await database.audit.find(since=moment, user=user.strip(), room=room.strip())
    except BotError as error:
        terminal.show_error(open_console(stderr=True), error, wiring.new_lookup_id())
        return INVALID_ARGUMENTS if isinstance(error, UnreadableQuestion) else FAILED
    if as_json:
        sys.stdout.write(f"{to_json_text([access_document(row) for row in rows])}\n")
    else:
        open_console(soft_wrap=True).print(_table(rows) if rows else "Nobody asked anything.")
    return DONE


def parse_since_option(since: str, headline: str) -> datetime | None:
    """Return the moment that `--since` names, None if it is empty.

    Raises UnreadableQuestion with this headline.
    """
    if not since.strip():
        return None
    moment = parse_since(since, wiring.now())
    if moment is None:
        raise UnreadableQuestion(
            f"--since {clean(since)} is no time that I can read.",
            headline=headline,
            next_step="Write it as 24h, 7d, yesterday, 2026-05-01 or 2026-05-01T10:00 (UTC).",
        )
    return moment


def access_document(row: Access) -> dict[str, Any]:
    """Return one row as JSON.

    Times are ISO 8601 in UTC; `ended_at` is null while the request is in progress.
    """
    first = row.subjects[0] if row.subjects else None
    return {
        "at": row.at.isoformat(),
        "user": row.user,
        "channel": row.channel,
        "entry": row.entry.value,
        "action": row.action,
        "kind": first.kind if first else "",
        "id": first.id if first else "",
        "subjects": [{"kind": subject.kind, "id": subject.id} for subject in row.subjects],
        "workspace": row.workspace,
        "room_id": row.room_id,
        "reference": row.reference,
        "outcome": row.outcome.value,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }


def _table(rows: Sequence[Access]) -> Table:
    table = Table("when (UTC)", "who", "where", "how", "what", "room", "outcome", "reference")
    for row in rows:
        what = ", ".join(f"{subject.kind} {subject.id}" for subject in row.subjects)
        how = " ".join(filter(None, (row.entry.value, row.action)))
        cells = (row.user, row.channel, how, what, row.room_id, row.outcome.value, row.reference)
        table.add_row(f"{row.at:%Y-%m-%d %H:%M:%S}", *(rich_text(clean(cell)) for cell in cells))
    return table
