"""What earlier look-ups taught us, in SQLite or PostgreSQL."""

from bot.storage.memory import SqlMemory
from bot.storage.opening import open_memory

__all__ = ["SqlMemory", "open_memory"]
