"""What may go into the database as an id."""

from bot.domain.addresses import redact

_LONGEST = 200


def sane(value: str) -> bool:
    """PostgreSQL refuses a NUL; no id or code has control characters, or is that long.

    No address is kept: an id that holds one is passed over.
    """
    return 0 < len(value) <= _LONGEST and value.isprintable() and redact(value) == value
