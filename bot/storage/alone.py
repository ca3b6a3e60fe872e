"""One process for a SQLite file: a second one would take the first one's work over."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import Misconfigured
from bot.storage.urls import engine_url, file_of


@contextmanager
def sole_user(database_url: str) -> Iterator[None]:
    """Hold the file's lock; the system lets go of it however the process ends.

    Does nothing for PostgreSQL. Raises Misconfigured if another process holds it.
    """
    path = file_of(engine_url(database_url))
    if path is None:
        yield
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise Misconfigured(
            "Another Call Doctor is running on the same SQLite file.",
            next_step="End it, or set DATABASE_URL to a PostgreSQL database for several processes.",
        ) from error
    try:
        yield
    finally:
        os.close(lock)
