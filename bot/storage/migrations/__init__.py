"""Alembic's scripts; `bot.storage.connect` runs them whenever the database is opened."""
