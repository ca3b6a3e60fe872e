"""SQLite's write-ahead logs, in which what was removed stands until they are cut."""

import sqlite3

from sqlalchemy import make_url

from bot.storage.urls import engine_url, file_of, jobs_url

_SECONDS = 10


def empty_logs(database_url: str) -> bool:
    """Cut the logs of both files; False if somebody read them all the while.

    Nothing is done for PostgreSQL. Raises sqlite3.Error.
    https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    emptied = True
    for url in (engine_url(database_url), make_url(jobs_url(database_url))):
        path = file_of(url)
        if path is None or not path.exists():
            continue
        connection = sqlite3.connect(path, timeout=_SECONDS)
        try:
            row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        emptied = emptied and row[0] == 0
    return emptied
