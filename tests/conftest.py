"""Settings of every test process: Hypothesis' profiles, the log, and the garbage collector."""

import gc
import logging
import os
from collections.abc import Iterator

import pytest
import structlog

from tests.support.examples import register_profiles

register_profiles()
os.environ["STATUS_URL"] = ""  # noqa: TID251  no test reads a real status page


@pytest.fixture(autouse=True)
def _log_of_its_own() -> Iterator[None]:
    """Restore the log after a test: commands that run in the process set its level and handlers."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def pytest_collection_finish() -> None:
    """Exclude everything imported and collected from garbage collection.

    A collection over it takes a quarter of a second. No event loop runs meanwhile, neither the
    bot's nor those of the pretend ends, whose calls then seem to hang.
    """
    gc.collect()
    gc.freeze()
