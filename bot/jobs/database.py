"""The connections to the database of jobs. dbos' own for SQLite wait for the disk at each step.

Measured on two cores, a hundred questions at once: with dbos' rollback journal the slowest was
recorded after 3.3 s, too late for Slack's three seconds; with this, after 0.3 s.
"""

import os
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

POOL = 8
FILE_POOL = 2
"""SQLite has one writer at a time: waiting in our pool is fair, at its lock it is not."""
_BUSY_MS = 10_000
_CONNECT_SECONDS = 5


def open_engine(url: str) -> Engine:
    """A synchronous engine, as dbos wants it. SQLite's file is made readable to us alone."""
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
    """The file holds response_urls for half an hour: nobody else on the machine may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.fchmod(descriptor, 0o600)  # one that stood there already may be readable to all
    finally:
        os.close(descriptor)


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    """As dbos sets up its own, and a write-ahead log, which survives the end of the process.

    With `synchronous=NORMAL` the last moments before a power cut may be lost, nothing else.
    https://www.sqlite.org/pragma.html#pragma_synchronous
    """
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "secure_delete=ON",  # what is cleared is not left in free pages
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
