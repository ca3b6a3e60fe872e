"""`DATABASE_URL` as people write it and as SQLAlchemy needs it, and the lock of a SQLite file.

A SQLite file has one process: a second process would take over the first one's jobs.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.errors import Misconfigured

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_FORMS = "sqlite:////absolute/path or postgresql://user:password@host:port/name"


def engine_url(text: str) -> URL:
    """Return the URL with an asynchronous driver. Raises Misconfigured, which never quotes it."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError) as error:
        raise Misconfigured(f"DATABASE_URL is no database URL. It may be {_FORMS}.") from error
    driver = _DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise Misconfigured(f"DATABASE_URL names a database of another kind. It may be {_FORMS}.")
    return url.set(drivername=driver)


def sqlite_path(url: URL) -> Path | None:
    """Return the file of a SQLite URL; None for an in-memory database and for PostgreSQL."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def jobs_url(text: str) -> str:
    """Return the URL of the jobs' database for a synchronous driver.

    The database is a file beside a SQLite file, or the same PostgreSQL. Raises Misconfigured. The
    URL holds the password and must not be logged.
    """
    url = engine_url(text)
    path = sqlite_path(url)
    if url.get_backend_name() == "sqlite":
        name = str(path.with_name(f"{path.stem}-jobs{path.suffix}")) if path else ":memory:"
        url = url.set(drivername="sqlite", database=name)
    return url.render_as_string(hide_password=False)


@contextmanager
def lock_sqlite_file(database_url: str) -> Iterator[None]:
    """Hold the file's lock while the block runs; the system releases it however the process ends.

    Does nothing for PostgreSQL. Raises Misconfigured if another process holds it.
    """
    path = sqlite_path(engine_url(database_url))
    if path is None:
        yield
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise Misconfigured(
            "Another Call Doctor is running on the same SQLite file.",
            next_step="End it, or set DATABASE_URL to a PostgreSQL database for several processes.",
        ) from error
    try:
        yield
    finally:
        os.close(descriptor)
