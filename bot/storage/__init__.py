"""What earlier look-ups taught us, in SQLite or PostgreSQL."""

from bot.storage.connect import empty_logs, open_database
from bot.storage.database import Database
from bot.storage.erasures import watch_erasures
from bot.storage.heartbeats import SqlProcessRegistry
from bot.storage.retention import Removed, purge_hourly
from bot.storage.urls import jobs_url, lock_sqlite_file

__all__ = [
    "Removed",
    "SqlProcessRegistry",
    "Database",
    "empty_logs",
    "watch_erasures",
    "jobs_url",
    "purge_hourly",
    "open_database",
    "lock_sqlite_file",
]
