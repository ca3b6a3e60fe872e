"""How much of the matrix is run, and the servers it runs on."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.crash.databases import Databases
from tests.support.crash.forks import fork_server
from workbench.postgres import postgres_server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our one option."""
    help_ = "strike every n-th point; without it a few of each case"
    parser.addoption("--crash-every", type=int, default=0, help=help_)


@pytest.fixture
def every(request: pytest.FixtureRequest) -> int:
    """Of so many points one is struck; 0: a few of each case."""
    found: int = request.config.getoption("--crash-every", default=0)
    return found


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Databases of either kind; servers are started when they are first needed."""
    with ExitStack() as stack:
        yield Databases(lambda: stack.enter_context(postgres_server()))


@pytest.fixture(scope="session")
def forks() -> Iterator[str]:
    """Where bots are forked."""
    with fork_server() as path:
        yield path
