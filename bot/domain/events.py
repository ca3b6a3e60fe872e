"""What a client reported to 100ms: error events and the device that sent them.

Every field of `data` may be missing, whatever the documentation's tables say; only an event's
id and type are certain.
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/error-events
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from bot.domain.reported import Agent, Failure, Pairs, Sender
from bot.domain.stamps import NO_TIME, Tail, stamp_of, tail_of

__all__ = [
    "ERROR_TYPES",
    "TRACK_TYPES",
    "Agent",
    "ErrorEvent",
    "Failure",
    "Pairs",
    "Sender",
    "is_error_type",
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

    `at` is UTC, to the microsecond; `stamp` is the text 100ms sent, up to nanoseconds. Of an
    event whose time could not be read, `at` is `NO_TIME` and `stamp` is "".
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

    @property
    def timed(self) -> bool:
        """True if its time could be read."""
        return self.at != NO_TIME

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


class _Open(_Held):
    """An event while it is made: plain attributes take a fifth of what a frozen one takes."""

    __slots__ = ()


def shared_event(  # noqa: PLR0913  what an event holds
    event_id: str,
    at: datetime,
    stamp: str,
    sender: Sender,
    failure: Failure,
    more: Pairs,
    *,
    tail: Tail | None = None,
) -> ErrorEvent:
    """The event of a sender and a failure that are held once for all their events.

    `tail` is `tail_in(stamp)` if `at` was read from the stamp; else it is found out.
    """
    event: Any = _Open()
    event.id = event_id
    event.at = at
    event.tail = tail_of(stamp, at) if tail is None else tail
    event.sender = sender
    event.failure = failure
    event.more = more
    event.__class__ = ErrorEvent
    made: ErrorEvent = event
    return made
