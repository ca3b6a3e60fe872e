"""What may go into the database as an id."""

_LONGEST = 200


def sane(value: str) -> bool:
    """PostgreSQL refuses a NUL; no id or code has control characters, or is that long."""
    return 0 < len(value) <= _LONGEST and value.isprintable()
