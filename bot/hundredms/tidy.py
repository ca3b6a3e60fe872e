"""Free texts as they may be kept: no control characters, addresses or tokens in them."""

import re

from bot.domain.text import clean, redact

# The web SDK's socket URL carries the join token, and browsers quote URLs in their errors.
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?")
_SECRET = re.compile(
    r"(?i)\b((?:auth_?)?token|access_?key|secret|password|signature|x-amz-[\w-]{1,64})=[^&\s\"'<>]+"
)


def tidy(value: str | None) -> str | None:
    """The text cleaned and redacted; None if nothing is left of it."""
    if value is None:
        return None
    without = _SECRET.sub(r"\1=[hidden]", _JWT.sub("[token]", clean(value)))
    return redact(without) or None
