"""Insert, or change what is there. Both databases speak `ON CONFLICT`, each in its own class.

What may go into the database as an id.

The database's troubles in the domain's words; no message shows the URL.
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
    """Put in rows, except those whose key is known."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    await connection.execute(dialect.insert(table).values(rows).on_conflict_do_nothing())


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    only: Collection[str] = (),
) -> None:
    """Put in rows; one whose key is known takes the new facts: all, or `only` those."""
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
    """PostgreSQL refuses a NUL; no id or code has control characters, or is that long.

    No address is kept: an id that holds one is passed over.
    """
    return 0 < len(value) <= _MAX_ID_LENGTH and value.isprintable() and redact(value) == value


_log = structlog.get_logger(__name__)


@contextmanager
def as_store_errors() -> Iterator[None]:
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
