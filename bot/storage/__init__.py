"""The database: SQLite or PostgreSQL.

It holds rooms of peers and codes, posted answers, channel settings and the audit.
"""

from bot.storage.connect import empty_logs, jobs_url, lock_sqlite_file, open_database
from bot.storage.database import Database
from bot.storage.forget import Removed, watch_erasures
from bot.storage.heartbeats import SqlProcessRegistry
from bot.storage.retention import purge_hourly

__all__ = [
    "Database",
    "Removed",
    "SqlProcessRegistry",
    "empty_logs",
    "jobs_url",
    "lock_sqlite_file",
    "open_database",
    "purge_hourly",
    "watch_erasures",
]
