"""Opens the database: its URL, its file, its connections, and its tables, migrated if needed.

A SQLite file has one process, because a second process would take over the first one's jobs. Its
write-ahead logs, which hold removed rows until then, are truncated here.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.database import POSTGRESQL_OPTIONS, create_private_file, set_pragmas
from bot.domain.errors import Misconfigured, StoreUnreachable
from bot.investigate.ports import Clock
from bot.storage.database import Database
from bot.storage.tables import METADATA, as_store_errors

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


_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x100CA11D0C  # any number that no other user of the same PostgreSQL takes
_RETRY_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_database(database_url: str, *, clock: Clock = _now) -> AsyncIterator[Database]:
    """Yield the database, its tables migrated and old rows deleted.

    Two processes may open one database at once. Raises Misconfigured, StoreUnreachable.
    """
    url = engine_url(database_url)
    with as_store_errors():
        for file_url in (url, make_url(jobs_url(database_url))):
            if path := sqlite_path(file_url):
                create_private_file(path)
        engine = _create_engine(url)
        heartbeats = _create_heartbeat_engine(url) or engine
    database = Database(engine, clock, heartbeats)
    try:
        with as_store_errors():
            await _upgrade_with_retries(engine)
        await database.purge()
        yield database
    finally:
        for one in (heartbeats, engine):
            await _wait_until_unused(one)
            await one.dispose()


_CLOSE_LOOKS, _CLOSE_PAUSE = 500, 0.01


async def _wait_until_unused(engine: AsyncEngine) -> None:
    """Wait until no task uses a connection, at most five seconds.

    `dispose` closes idle connections only; one that is returned later would never be closed.
    https://docs.sqlalchemy.org/en/20/core/connections.html#engine-disposal
    """
    pool = engine.pool
    for _ in range(_CLOSE_LOOKS):
        if not isinstance(pool, AsyncAdaptedQueuePool) or not pool.checkedout():
            return
        await asyncio.sleep(_CLOSE_PAUSE)


def _create_engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _on_connect)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine
    return create_async_engine(url, **POSTGRESQL_OPTIONS)


def _create_heartbeat_engine(url: URL) -> AsyncEngine | None:
    """Return an engine with one connection for heartbeats; None for SQLite.

    In the pool of everything else a heartbeat would wait behind hundreds of questions, and another
    process would take over their jobs. It is one round trip, without a transaction and without a
    check of the connection before: each round trip may wait seconds for a busy event loop. A SQLite
    file has no other process.
    """
    if url.get_backend_name() == "sqlite":
        return None
    options = {**POSTGRESQL_OPTIONS, "pool_pre_ping": False, "isolation_level": "AUTOCOMMIT"}
    return create_async_engine(url, pool_size=1, max_overflow=0, **options)


def _on_connect(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy begins them
    set_pragmas(connection)


def _begin(connection: Connection) -> None:
    """Begin a transaction; a writer takes the lock at once.

    SQLite refuses a reader that becomes a writer; it does not wait.
    https://www.sqlite.org/lang_transaction.html
    """
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def _upgrade_with_retries(engine: AsyncEngine) -> None:
    """Migrate the tables. Retries: SQLite does not queue two processes that turn WAL on at once."""
    for pause in _RETRY_PAUSES:
        try:
            return await _upgrade(engine)
        except OperationalError as error:
            if "locked" not in str(error.orig):
                raise
            await asyncio.sleep(pause)
    return await _upgrade(engine)


async def _upgrade(engine: AsyncEngine) -> None:
    async with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
            )
        await connection.run_sync(_update_tables)


def _update_tables(connection: Connection) -> None:
    """Create the tables of a new database, or migrate those of an older version."""
    newest = max(path.name[1:5] for path in (_MIGRATIONS / "versions").glob("v*.py"))
    if not inspect(connection).has_table("alembic_version"):
        _create_tables(connection, newest)
    elif connection.execute(text("SELECT version_num FROM alembic_version")).scalar() != newest:
        _run_migrations(connection)


def _create_tables(connection: Connection, version: str) -> None:
    """Create all tables as the newest migration leaves them.

    Nine migrations would take 0.18 s of a first start, and Alembic 4 MB for as long as it runs.
    """
    METADATA.create_all(connection)
    columns = "version_num VARCHAR(32) NOT NULL PRIMARY KEY"
    connection.execute(text(f"CREATE TABLE alembic_version ({columns})"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})


def _run_migrations(connection: Connection) -> None:
    """Migrate the tables.

    Alembic is imported only for that: its import takes a tenth of a small look-up in the terminal.
    """
    from alembic import command  # noqa: PLC0415  see the docstring
    from alembic.config import Config  # noqa: PLC0415  as above
    from alembic.util import CommandError  # noqa: PLC0415  as above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreUnreachable(
            "The database was made by a newer version of Call Doctor than this one."
        ) from error


_CHECKPOINT_TIMEOUT = 10


def empty_logs(database_url: str) -> bool:
    """Truncate the write-ahead logs of both files; return False if a reader kept one in use.

    Does nothing for PostgreSQL. Raises sqlite3.Error.
    https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    all_empty = True
    for url in (engine_url(database_url), make_url(jobs_url(database_url))):
        path = sqlite_path(url)
        if path is None or not path.exists():
            continue
        connection = sqlite3.connect(path, timeout=_CHECKPOINT_TIMEOUT)
        try:
            row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        all_empty = all_empty and row[0] == 0
    return all_empty
