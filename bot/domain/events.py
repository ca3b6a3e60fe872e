"""What a client reported to 100ms: error events and the device that sent them.

Every field of `data` may be missing, whatever the documentation's tables say; only an event's
id, type and time are certain.
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/error-events
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

ERROR_TYPES = (
    "client.publish.failed",
    "client.subscribe.failed",
    "client.join.failed",
    "client.disconnected",
    "client.connect.failed",
)
"""The five types of client error event, in the order of 100ms' page."""

TRACK_TYPES = ("track.add.success", "track.update.success", "track.remove.success")

_SUCCESS = ".success"


def is_error_type(kind: str) -> bool:
    """True for the five types and for any that 100ms may add; False for what tells of a success.

    100ms names every event that is no error `….success`: tracks, peers, sessions, recordings.
    https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
    """
    return not kind.lower().endswith(_SUCCESS)


@dataclass(frozen=True, slots=True)
class Agent:
    """The app and device an event came from. `env` is `prod` or `debug`."""

    sdk: str | None = None
    sdk_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device_model: str | None = None
    framework: str | None = None
    framework_version: str | None = None
    framework_sdk_version: str | None = None
    is_prebuilt: bool | None = None
    domain: str | None = None
    env: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """One client error event, free texts cleaned of control characters and addresses.

    `at` is UTC, to the microsecond; `stamp` is the text 100ms sent, up to nanoseconds.
    `media` holds what was reported of audio, video and devices as (label, text) pairs, and
    `extras` every other reported field of `data` the same way; blanks and zeros are left out.
    """

    id: str
    type: str
    at: datetime
    stamp: str
    peer_id: str | None = None
    user_id: str | None = None
    user_name: str | None = None
    session_id: str | None = None
    room_id: str | None = None
    room_name: str | None = None
    template_id: str | None = None
    account_id: str | None = None
    role: str | None = None
    error_code: int | None = None
    error_name: str | None = None
    error_message: str | None = None
    error_description: str | None = None
    is_terminal: bool = False
    action: str | None = None
    domain: str | None = None
    transport_state: str | None = None
    endpoint: str | None = None
    retries_join: int | None = None
    media: tuple[tuple[str, str], ...] = ()
    extras: tuple[tuple[str, str], ...] = ()
    agent: Agent = field(default_factory=Agent)
    public_address: str | None = None
    """A keyed, one-way mark of the public ICE address, to compare in memory only; never shown."""


_FRACTION = re.compile(r"\.(\d{1,9})")
_MICROSECONDS = 6


def order(event: ErrorEvent) -> tuple[datetime, int, bool, str]:
    """Sort key: time, the nanoseconds that `at` cannot hold, terminal last, then id.

    100ms cuts trailing zeros off its stamps, so that their texts do not sort. Of two events
    stamped alike (a stored pair sent together) the one that says giving up is the later one.
    """
    found = _FRACTION.search(event.stamp)
    finer = found[1].ljust(9, "0")[_MICROSECONDS:] if found else "0"
    return (event.at, int(finer), event.is_terminal, event.id)
