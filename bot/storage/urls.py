"""`DATABASE_URL` as people write it, and as SQLAlchemy wants it."""

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
    """The URL with an asynchronous driver. Raises Misconfigured, which never quotes it."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError) as error:
        raise Misconfigured(f"DATABASE_URL is no database URL. It may be {_FORMS}.") from error
    driver = _DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise Misconfigured(f"DATABASE_URL names a database of another kind. It may be {_FORMS}.")
    return url.set(drivername=driver)


def file_of(url: URL) -> Path | None:
    """The file of a SQLite URL; None for memory and for PostgreSQL."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))
