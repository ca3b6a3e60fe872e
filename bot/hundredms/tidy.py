"""Free texts as they may be kept: no control characters, addresses or tokens in them."""

import re
from functools import lru_cache

from bot.domain.addresses import redact
from bot.domain.text import clean

# The web SDK's socket URL carries the join token, and browsers quote URLs in their errors.
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?")
_SECRET = re.compile(
    r"(?i)\b((?:auth_?)?token|access_?key|secret|password|signature|x-amz-[\w-]{1,64})=[^&\s\"'<>]+"
)


_SHORT = 100


def tidy(value: str | None) -> str | None:
    """The text cleaned and redacted; None if nothing is left of it."""
    if value is None:
        return None
    return _short(value) if len(value) <= _SHORT else _tidied(value)


def _tidied(value: str) -> str | None:
    text = clean(value)
    if "eyJ" in text:
        text = _JWT.sub("[token]", text)
    if "=" in text:
        text = _SECRET.sub(r"\1=[hidden]", text)
    return redact(text) or None


def let_go() -> None:
    """Keep no text that was read by now."""
    _short.cache_clear()


# Thousands of events of one room repeat a few names, codes and messages.
_short = lru_cache(maxsize=2048)(_tidied)
