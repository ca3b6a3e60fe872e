"""Tables and rows of release 0.1 (revision 0006), brought to those of today, on both databases."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text

from bot.domain.channel_settings import ChannelSettings
from bot.storage import open_database
from bot.storage.tables import METADATA

MIGRATIONS = Path(__file__).parents[3] / "bot" / "storage" / "migrations"
RELEASED = "0006"
NOW = datetime.now(UTC).replace(microsecond=0)
SECONDS = int(NOW.timestamp())
ROOM, PEER = "6af24ce7e474edd09e858e68", "04c9dc08-c316-49e0-b4bd-650fd234f5c8"
HANDLE = (
    f'{{"v":1,"lookup_id":"CD-3D298CC9","workspace":"default","kind":"room","room_id":"{ROOM}",'
    f'"as_of":"{NOW.isoformat()}","types":[0,1,2,3,4]}}'
)
ROWS: dict[str, Sequence[Any]] = {
    "peers": (PEER, "default", ROOM, SECONDS),
    "codes": ("bcl-ntoo-kxf", "default", ROOM, SECONDS),
    "rooms": ("default", ROOM, SECONDS),
    "lives": ("a-life", float(SECONDS)),
    "answers": (
        *("CD-3D298CC9", "default", ROOM, "", "", "U0ALICE", "C0ONCALL", "1795992298.822295"),
        *("answered", HANDLE, SECONDS),
    ),
    "channels": ("C0WARROOM", True, "", 86_400, "U0BOB", SECONDS),
    "forgotten": ("a-digest", float(SECONDS)),
    "shown": ("another-digest", "press:1", True, SECONDS),
}


def _migrate(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _engine(database_url: str) -> Engine:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        return create_engine(url)
    return create_engine(url.set(drivername="postgresql+psycopg"))


def _as_released(database_url: str) -> None:
    """Make the tables as they were, with a row in each."""
    engine = _engine(database_url)
    with engine.begin() as connection:
        _migrate(connection, RELEASED)
        assert set(ROWS) == {*inspect(connection).get_table_names()} - {"alembic_version"}
        for table, row in ROWS.items():
            values = ", ".join(f":v{number}" for number in range(len(row)))
            named = {f"v{number}": value for number, value in enumerate(row)}
            connection.execute(text(f"INSERT INTO {table} VALUES ({values})"), named)  # noqa: S608  our own names
    engine.dispose()


async def test_what_the_release_wrote_is_read(database_url: str) -> None:
    _as_released(database_url)
    async with open_database(database_url) as memory:
        await memory.ping()
        wanted = ChannelSettings(True, "", timedelta(days=1), "U0BOB", NOW)
        assert await memory.channel_settings.of("C0WARROOM") == wanted
        answered = await memory.answer_log.find("CD-3D298CC9")
        assert answered is not None
        assert (answered.handle.room_id, answered.asked_by) == (ROOM, "U0ALICE")
        assert await memory.audit.find() == []
        removed = await memory.forget_user("U0ALICE")
        assert removed["look-ups"] == 1
        assert (await memory.forget_room(ROOM))["peers"] == 1


async def test_the_tables_are_those_of_a_new_database(new_database: Callable[[], str]) -> None:
    released, new = new_database(), new_database()
    _as_released(released)
    for database_url in (released, new):
        async with open_database(database_url):
            pass
    migrated = _tables(released)
    assert migrated == _tables(new)
    assert set(migrated) == {*METADATA.tables, "alembic_version"}


def _tables(database_url: str) -> dict[str, tuple[Any, ...]]:
    """Return the columns, the primary key and the indexes of each table."""
    engine = _engine(database_url)
    with engine.connect() as connection:
        known = inspect(connection)
        found = {
            name: (
                sorted(
                    (one["name"], str(one["type"]), one["nullable"], one["default"])
                    for one in known.get_columns(name)
                ),
                known.get_pk_constraint(name)["constrained_columns"],
                sorted((str(one["name"]), one["column_names"]) for one in known.get_indexes(name)),
            )
            for name in known.get_table_names()
        }
    engine.dispose()
    return found
