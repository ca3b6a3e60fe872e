"""The order in which events count as having happened."""

import re
from datetime import datetime

from bot.domain.events import ErrorEvent

_FRACTION = re.compile(r"\.(\d{1,9})")
_MICROSECONDS = 6


def sequence(event: ErrorEvent) -> tuple[datetime, int, bool, str]:
    """Sort key: time, the nanoseconds that `at` cannot hold, terminal last, then id.

    100ms cuts trailing zeros off its stamps, so that their texts do not sort. Of two events
    stamped alike (a stored pair sent together) the one that says giving up is the later one.
    """
    found = _FRACTION.search(event.stamp)
    finer = found[1].ljust(9, "0")[_MICROSECONDS:] if found else "0"
    return (event.at, int(finer), event.is_terminal, event.id)
