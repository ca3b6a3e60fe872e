"""Identifiers and time stamps in the shapes that 100ms uses, made without chance."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

NEVER = "0001-01-01T00:00:00Z"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def digest(*parts: object) -> bytes:
    """64 bytes that depend on the parts alone."""
    return hashlib.sha512("\x1f".join(map(str, parts)).encode()).digest()


def object_id(at: datetime, *parts: object) -> str:
    """24 hex characters; the first eight are the second of creation, as in a Mongo ObjectId."""
    return f"{int(at.timestamp()):08x}{digest(*parts).hex()[:16]}"


def uuid_of(*parts: object) -> str:
    """A lower-case version 4 UUID that depends on the parts alone."""
    return str(uuid.UUID(bytes=digest(*parts)[:16], version=4))


def room_code(*parts: object) -> str:
    """A room code of the documented shape, ``xxx-xxxx-xxx``."""
    text = "".join(_LETTERS[byte % 26] for byte in digest(*parts)[:10])
    return f"{text[:3]}-{text[3:7]}-{text[7:]}"


def base62(count: int, *parts: object) -> str:
    """So many base-62 characters."""
    return "".join(_BASE62[byte % 62] for byte in digest(*parts)[:count])


def nanoseconds(stamp: str) -> int:
    """Nanoseconds since 1970 of an RFC 3339 stamp in UTC, with any number of fraction digits."""
    whole, _, fraction = stamp.rstrip("Zz").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return nanoseconds_of(moment) + int(fraction[:9].ljust(9, "0") or 0)


def nanoseconds_of(moment: datetime) -> int:
    """Nanoseconds since 1970, exact to the microsecond."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def event_stamp(moment: datetime, nanos: int) -> str:
    """The second of ``moment`` with its own nanoseconds, trailing zeros cut as 100ms cuts them."""
    fraction = f"{nanos:09d}".rstrip("0")
    whole = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def milli_stamp(moment: datetime) -> str:
    """``YYYY-MM-DDTHH:mm:ss.sssZ``, the form of rooms and sessions."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
