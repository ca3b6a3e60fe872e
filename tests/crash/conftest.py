"""The option `--crash-every`, and the servers of the crash matrix."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.crash.databases import Databases
from tests.support.crash.forks import fork_server
from workbench.postgres import postgres_server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--crash-every`."""
    help_ = "strike every n-th point; without it a few of each case"
    parser.addoption("--crash-every", type=int, default=0, help=help_)


@pytest.fixture
def every(request: pytest.FixtureRequest) -> int:
    """Return n, to strike every n-th point; 0 strikes a few points of each case."""
    found: int = request.config.getoption("--crash-every", default=0)
    return found


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Return a maker of databases of either kind; servers start when first needed."""
    with ExitStack() as stack:
        yield Databases(lambda: stack.enter_context(postgres_server()))


@pytest.fixture(scope="session")
def forks() -> Iterator[str]:
    """Run the fork server; return its socket's path."""
    with fork_server() as path:
        yield path
