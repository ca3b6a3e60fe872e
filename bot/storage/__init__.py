"""What earlier look-ups taught us, in SQLite or PostgreSQL."""

from bot.storage.connect import empty_logs, open_memory
from bot.storage.database import SqlMemory
from bot.storage.erasures import heeded
from bot.storage.heartbeats import SqlLives
from bot.storage.retention import Removed, kept_short
from bot.storage.urls import jobs_url, sole_user

__all__ = [
    "Removed",
    "SqlLives",
    "SqlMemory",
    "empty_logs",
    "heeded",
    "jobs_url",
    "kept_short",
    "open_memory",
    "sole_user",
]
