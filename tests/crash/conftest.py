"""How much of the matrix is run, and the servers it runs on."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from crash_databases import Databases

from workbench.postgres import postgres_server

EVERY = 40
"""Of so many points one is struck unless told otherwise: `scripts/crash-matrix` strikes all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our one option."""
    parser.addoption("--crash-every", type=int, default=EVERY, help="strike every n-th point")


@pytest.fixture
def every(request: pytest.FixtureRequest) -> int:
    """Of so many points one is struck."""
    found: int = request.config.getoption("--crash-every", default=EVERY)
    return found


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Databases of either kind; servers are started when they are first needed."""
    with ExitStack() as stack:
        yield Databases(lambda: stack.enter_context(postgres_server()))
