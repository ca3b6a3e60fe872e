"""What a client reported to 100ms: error events and the device that sent them.

Every field of `data` may be missing, whatever the documentation's tables say; only an event's
id, type and time are certain.
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/error-events
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Any

from bot.domain.reported import Agent, Failure, Pairs, Sender
from bot.domain.stamps import Tail, nanoseconds_of, stamp_of, tail_of

__all__ = [
    "ERROR_TYPES",
    "TRACK_TYPES",
    "Agent",
    "ErrorEvent",
    "Failure",
    "Pairs",
    "Sender",
    "has_twins",
    "in_order",
    "is_error_type",
    "order",
    "shared_event",
]

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


@lru_cache(64)
def is_error_type(kind: str) -> bool:
    """True for the five types and for any that 100ms may add; False for what tells of a success.

    100ms names every event that is no error `….success`: tracks, peers, sessions, recordings.
    https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
    """
    return not kind.lower().endswith(_SUCCESS)


class _Held:
    """What an event takes in memory: its own id and time, and what it shares with others."""

    __slots__ = ("at", "failure", "id", "more", "sender", "tail")

    id: str
    at: datetime
    tail: Tail
    sender: Sender
    failure: Failure
    more: Pairs


@dataclass(frozen=True)
class ErrorEvent(_Held):
    """One client error event, free texts cleaned of control characters and addresses.

    `at` is UTC, to the microsecond; `stamp` is the text 100ms sent, up to nanoseconds.
    `media` holds what was reported of audio, video and devices as (label, text) pairs, and
    `extras` every other reported field of `data` the same way; blanks and zeros are left out.

    A room may have 100,000 events: all but id and time is kept in `sender` and `failure`, and
    read from there under the names below.
    """

    __slots__ = ()

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
    media: Pairs = ()
    extras: Pairs = ()
    agent: Agent = field(default_factory=Agent)
    public_address: str | None = None
    """A keyed, one-way mark of the public ICE address, to compare in memory only; never shown."""

    def __init__(self, id: str, type: str, at: datetime, stamp: str, **facts: Any) -> None:  # noqa: A002, ANN401  as above
        sender = {name: facts.pop(name) for name in Sender.__slots__ if name in facts}
        more = facts.pop("extras", ())
        made = shared_event(id, at, stamp, Sender(**sender), Failure(type, **facts), more)
        for name in _Held.__slots__:
            object.__setattr__(self, name, getattr(made, name))

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[object, ...]:
        return shared_event, (self.id, self.at, self.stamp, self.sender, self.failure, self.more)


_READ: dict[str, Callable[[Any], Any]] = {
    "stamp": lambda event: stamp_of(event.tail, event.at),
    "extras": attrgetter("more"),
    **{name: attrgetter(f"sender.{name}") for name in Sender.__slots__},
    **{name: attrgetter(f"failure.{name}") for name in Failure.__slots__},
}
for _name, _read in _READ.items():
    setattr(ErrorEvent, _name, property(_read))


def shared_event(
    event_id: str, at: datetime, stamp: str, sender: Sender, failure: Failure, more: Pairs
) -> ErrorEvent:
    """The event of a sender and a failure that are held once for all their events."""
    event = ErrorEvent.__new__(ErrorEvent)
    put = object.__setattr__
    put(event, "id", event_id)
    put(event, "at", at)
    put(event, "tail", tail_of(stamp, at))
    put(event, "sender", sender)
    put(event, "failure", failure)
    put(event, "more", more)
    return event


_AT = attrgetter("at")
_PART = 32_768


def in_order(events: Iterable[ErrorEvent]) -> list[ErrorEvent]:
    """The events sorted by `order`; only those of one microsecond need to be asked for it."""
    found = sorted(events, key=_AT)
    moments = [event.at for event in found]
    twins = [index for index, pair in enumerate(pairwise(moments)) if pair[0] == pair[1]]
    done = 0
    for begin in twins:
        if begin < done:
            continue
        done = bisect_right(moments, moments[begin], begin)
        found[begin:done] = sorted(found[begin:done], key=order)
    return found


def has_twins(events: Sequence[ErrorEvent]) -> bool:
    """Whether an id occurs twice; looked for in parts, since a set of all ids takes megabytes."""
    parts = 1 + len(events) // _PART
    for part in range(parts):
        ids = [event.id for event in events if hash(event.id) % parts == part]
        if len(set(ids)) < len(ids):
            return True
    return False


def order(event: ErrorEvent) -> tuple[datetime, int, bool, str]:
    """Sort key: time, the nanoseconds that `at` cannot hold, terminal last, then id.

    100ms cuts trailing zeros off its stamps, so that their texts do not sort. Of two events
    stamped alike (a stored pair sent together) the one that says giving up is the later one.
    """
    return (event.at, nanoseconds_of(event.tail), event.failure.is_terminal, event.id)
