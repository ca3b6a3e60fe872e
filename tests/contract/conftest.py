"""A real PostgreSQL of the machine's own, on a free loopback port, for the time of the tests."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server; its data live in a folder that is removed afterwards."""
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes the URL of an empty database, once on each kind."""
    made = iter(range(100))

    def make() -> str:
        name = f"doctor_{os.getpid()}_{time.monotonic_ns()}_{next(made)}"
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path}/data/{name}.db"
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.database(name)

    return make


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """The URL of an empty database in PostgreSQL."""
    return postgres.database(f"doctor_{os.getpid()}_{time.monotonic_ns()}")


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """The URL of an empty database."""
    return new_database()
