"""Pages of sessions read only to find one person in them.

A hundred sessions of large rooms name thousands of people; to read each of them takes longer
than the call. A page that nowhere holds the person's id is read without its people.
"""

import re

from bot.hundredms.lenient import decoded, shaped
from bot.hundredms.wire import Listing, SessionWire

_PLAIN = re.compile(r"[0-9A-Za-z_.@-]+")


def read_sessions(body: bytes, naming: str) -> Listing[SessionWire]:
    """The page, without peers if it cannot name that person. Raises UnreadableBody."""
    value = decoded(body)
    if naming and not _may_hold(body, naming):
        rows = value.get("data") if isinstance(value, dict) else None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                row.pop("peers", None)
    return shaped(Listing[SessionWire], value)


def _may_hold(body: bytes, text: str) -> bool:
    """False only if that is certain: JSON may write any character as an escape."""
    if not _PLAIN.fullmatch(text):
        return True
    return text.lower().encode() in body.lower() or b"\\u" in body
