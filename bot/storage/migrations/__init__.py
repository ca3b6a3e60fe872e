"""Alembic's scripts; `bot.storage.opening` runs them whenever the database is opened."""
