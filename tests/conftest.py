"""Its place makes this folder importable: other folders of tests read scenarios as well."""

import gc


def pytest_collection_finish() -> None:
    """Let the collector pass over all that was imported and collected.

    To look through it takes a quarter of a second each time, and meanwhile no event loop runs:
    neither the bot's nor those of the pretend ends, whose calls then seem to hang.
    """
    gc.collect()
    gc.freeze()
