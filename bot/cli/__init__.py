"""The command line: serve, lookup, forget, audit, check."""

from bot.cli.app import app

__all__ = ["app"]
