"""Sanitizes free texts: removes control characters, addresses and credentials."""

from functools import lru_cache

from bot.domain.privacy.addresses import redact, unmark
from bot.domain.privacy.credentials import hide_credentials
from bot.domain.text import clean

_MAX_CACHED_LENGTH = 100


def sanitize(value: str | None) -> str | None:
    """Return the text cleaned and redacted; None if nothing is left of it."""
    if value is None:
        return None
    return _cached_sanitize(value) if len(value) <= _MAX_CACHED_LENGTH else _sanitize(value)


def _sanitize(value: str) -> str | None:
    return redact(hide_credentials(unmark(clean(value)))) or None


def clear_caches() -> None:
    """Clear the cache, so that no text stays in memory."""
    _cached_sanitize.cache_clear()


# Thousands of events of one room repeat a few names, codes and messages.
_cached_sanitize = lru_cache(maxsize=2048)(_sanitize)
