"""The command line: serve, lookup, check."""

from bot.cli.app import app

__all__ = ["app"]
