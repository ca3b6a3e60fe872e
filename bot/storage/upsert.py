"""Insert, or change what is there. Both databases speak `ON CONFLICT`, each in its own class."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def put_in(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Put in rows, except those whose key is known."""
    kind = postgresql if connection.dialect.name == "postgresql" else sqlite
    await connection.execute(kind.insert(table).values(rows).on_conflict_do_nothing())


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    only: Collection[str] = (),
) -> None:
    """Put in rows; one whose key is known takes the new facts: all, or `only` those."""
    facts = only or [column.name for column in table.columns if not column.primary_key]
    key = list(table.primary_key)
    if connection.dialect.name == "postgresql":
        into_postgres = postgresql.insert(table).values(rows)
        changed = {name: into_postgres.excluded[name] for name in facts}
        await connection.execute(
            into_postgres.on_conflict_do_update(index_elements=key, set_=changed)
        )
    else:
        into_sqlite = sqlite.insert(table).values(rows)
        changed = {name: into_sqlite.excluded[name] for name in facts}
        await connection.execute(
            into_sqlite.on_conflict_do_update(index_elements=key, set_=changed)
        )
