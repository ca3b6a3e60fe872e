"""Helpers for SQL: upserts, checks of ids, and conversion of database errors.

Both databases have `ON CONFLICT`, each through a class of its own in SQLAlchemy. Errors become
errors of the domain; no message shows the URL.
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog
from alembic.util import CommandError
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import StoreUnreachable
from bot.domain.privacy.addresses import redact


async def insert_if_absent(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert the rows, except those whose key exists."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    await connection.execute(dialect.insert(table).values(rows).on_conflict_do_nothing())


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    only: Collection[str] = (),
) -> None:
    """Insert the rows; update existing ones in all columns, or in those of `only`."""
    columns = only or [column.name for column in table.columns if not column.primary_key]
    key = list(table.primary_key)
    if connection.dialect.name == "postgresql":
        into_postgres = postgresql.insert(table).values(rows)
        assignments = {name: into_postgres.excluded[name] for name in columns}
        await connection.execute(
            into_postgres.on_conflict_do_update(index_elements=key, set_=assignments)
        )
    else:
        into_sqlite = sqlite.insert(table).values(rows)
        assignments = {name: into_sqlite.excluded[name] for name in columns}
        await connection.execute(
            into_sqlite.on_conflict_do_update(index_elements=key, set_=assignments)
        )


_MAX_ID_LENGTH = 200


def is_storable_id(value: str) -> bool:
    """Return True if the value may be stored as an id.

    PostgreSQL refuses a NUL, and no id or code has control characters or is that long. An id that
    holds an address is refused, because no address is stored.
    """
    return 0 < len(value) <= _MAX_ID_LENGTH and value.isprintable() and redact(value) == value


_log = structlog.get_logger(__name__)


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Convert the errors of SQLAlchemy, of a driver and of the file system to StoreUnreachable."""
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
