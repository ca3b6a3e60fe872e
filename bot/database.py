"""Connections to SQLite and PostgreSQL, as `bot.storage` and `bot.jobs` both need them.

With dbos' own connections to SQLite, each step waits for the disk. Measured on two cores with a
hundred questions at once: with dbos' rollback journal the slowest question was recorded after 3.3
s, too late for Slack's three seconds; with these connections after 0.3 s.

SQLAlchemy is imported where it is used: a small look-up in the terminal only asks `knows_codes`,
and the import would take a third of its time (0.4 s).
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

POOL = 8
FILE_POOL = 2
"""SQLite allows one writer at a time: a wait in our pool is fair, a wait at its lock is not."""

POSTGRESQL_OPTIONS: dict[str, Any] = {
    "hide_parameters": True,
    "pool_pre_ping": True,
    "pool_timeout": 10,
    # Poolers such as PgBouncer lose prepared statements between transactions.
    "connect_args": {"connect_timeout": 5, "prepare_threshold": None},
}
"""Options of every engine for PostgreSQL."""

_PRAGMAS = (
    "busy_timeout=10000",
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "secure_delete=ON",  # deleted contents do not stay in free pages
)


def set_pragmas(connection: "DBAPIConnection") -> None:
    """Set the pragmas of a new connection to SQLite.

    The write-ahead log survives the end of the process. With `synchronous=NORMAL` a power cut may
    lose the last moments before it, and nothing else.
    https://www.sqlite.org/pragma.html#pragma_synchronous
    """
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def create_private_file(path: Path) -> None:
    """Create the file so that no other user of the machine can read it.

    SQLite would make it readable to all. It names rooms, and holds response_urls for half an hour.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.fchmod(descriptor, 0o600)  # an existing file may be readable to all
    finally:
        os.close(descriptor)


def knows_codes(database_url: str, workspace: str, room_id: str, since: int) -> bool:
    """Return whether a SQLite file says that the room's codes were stored after `since`.

    Return False for any other database, and for a file that is missing, locked or unreadable.
    """
    kind, _, path = database_url.strip().partition(":///")
    if kind.partition("+")[0] != "sqlite":
        return False
    query = "SELECT 1 FROM rooms WHERE workspace = ? AND room_id = ? AND codes_seen_at > ?"
    try:
        file = sqlite3.connect(f"file:{quote(path)}?mode=rw", timeout=0, uri=True)  # never creates
        with closing(file):
            return file.execute(query, (workspace, room_id, since)).fetchone() is not None
    except sqlite3.Error:
        return False


def open_job_engine(url: str) -> "Engine":
    """Return a synchronous engine, as dbos needs it; only our user can read a SQLite file."""
    from sqlalchemy import create_engine, event, make_url  # noqa: PLC0415  see the docstring above

    parsed_url = make_url(url)
    if parsed_url.get_backend_name() != "sqlite":
        return create_engine(parsed_url, pool_size=POOL, **POSTGRESQL_OPTIONS)
    if parsed_url.database:
        create_private_file(Path(parsed_url.database))
    engine = create_engine(
        parsed_url, hide_parameters=True, pool_size=FILE_POOL, max_overflow=0, pool_timeout=10
    )
    event.listen(engine, "connect", _on_connect)
    return engine


def _on_connect(connection: "DBAPIConnection", _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"  # as dbos sets it
    set_pragmas(connection)
