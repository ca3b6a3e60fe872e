"""The database's troubles in the domain's words; no message shows the URL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import StoreUnreachable

_log = structlog.get_logger(__name__)


@contextmanager
def troubles() -> Iterator[None]:
    """Whatever SQLAlchemy, a driver or the file system raises becomes StoreUnreachable."""
    try:
        yield
    except CommandError as error:
        raise StoreUnreachable(
            "The database was made by a newer version of Call Doctor than this one."
        ) from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        _log.warning("storage.trouble", kind=kind)
        raise StoreUnreachable(f"The database of DATABASE_URL failed ({kind}).") from error
