"""A real PostgreSQL on a free loopback port, and empty databases of both kinds."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run the server; its data folder is removed afterwards."""
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Return a function that makes an empty database and returns its URL; once for each kind."""
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
    """Return the URL of an empty PostgreSQL database."""
    return postgres.database(f"doctor_{os.getpid()}_{time.monotonic_ns()}")


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """Return the URL of an empty database."""
    return new_database()
