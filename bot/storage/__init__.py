"""What earlier look-ups taught us, in SQLite or PostgreSQL."""

from bot.storage.alone import sole_user
from bot.storage.forgetting import Removed
from bot.storage.keeping import kept_short
from bot.storage.lives import SqlLives
from bot.storage.marks import heeded
from bot.storage.memory import SqlMemory
from bot.storage.opening import open_memory
from bot.storage.urls import jobs_url
from bot.storage.write_ahead import empty_logs

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
