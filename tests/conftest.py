"""Settings of every test process: Hypothesis' profiles, and the garbage collector."""

import gc
import os

from tests.support.examples import register_profiles

register_profiles()
os.environ["STATUS_URL"] = ""  # noqa: TID251  no test reads a real status page


def pytest_collection_finish() -> None:
    """Exclude everything imported and collected from garbage collection.

    A collection over it takes a quarter of a second. No event loop runs meanwhile, neither the
    bot's nor those of the pretend ends, whose calls then seem to hang.
    """
    gc.collect()
    gc.freeze()
