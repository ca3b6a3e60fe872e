"""Connections to the database of jobs.

With dbos' own connections to SQLite, each step waits for the disk. Measured on two cores with a
hundred questions at once: with dbos' rollback journal the slowest question was recorded after 3.3
s, too late for Slack's three seconds; with these connections after 0.3 s.
"""

import os
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

POOL = 8
FILE_POOL = 2
"""SQLite allows one writer at a time: a wait in our pool is fair, a wait at its lock is not."""
_BUSY_MS = 10_000
_CONNECT_SECONDS = 5


def open_engine(url: str) -> Engine:
    """Return a synchronous engine, as dbos needs it; only our user can read a SQLite file."""
    parsed_url = make_url(url)
    if parsed_url.get_backend_name() != "sqlite":
        return create_engine(
            parsed_url,
            hide_parameters=True,
            pool_size=POOL,
            pool_pre_ping=True,
            pool_timeout=10,
            # Poolers such as PgBouncer lose prepared statements between transactions.
            connect_args={"connect_timeout": _CONNECT_SECONDS, "prepare_threshold": None},
        )
    if parsed_url.database:
        _create_private_file(Path(parsed_url.database))
    engine = create_engine(
        parsed_url, hide_parameters=True, pool_size=FILE_POOL, max_overflow=0, pool_timeout=10
    )
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _create_private_file(path: Path) -> None:
    """Create the file so that no other user of the machine can read it.

    It holds response_urls for half an hour.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.fchmod(descriptor, 0o600)  # an existing file may be readable to all
    finally:
        os.close(descriptor)


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    """Set the pragmas that dbos sets itself, and a write-ahead log.

    The log survives the end of the process. With `synchronous=NORMAL` a power cut may lose the
    last moments before it, and nothing else. https://www.sqlite.org/pragma.html#pragma_synchronous
    """
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "secure_delete=ON",  # deleted contents do not stay in free pages
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
