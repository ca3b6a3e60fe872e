"""Error events that clients reported to 100ms, and the devices that sent them.

Every field of `data` may be missing, whatever the documentation's tables say; only an event's id
and type are certain.
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/error-events

Sources (`EventSource`) and failures (`ErrorFacts`) are stored once for all events of a room that
repeat them, and results derived from a failure's texts are cached for all events that share it. The
module also sorts events by time and finds duplicate ids.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from itertools import pairwise
from operator import attrgetter
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.domain.timestamps import NO_TIME, StampSuffix, nanoseconds_of, stamp_of, suffix_of

__all__ = [
    "ERROR_TYPES",
    "TRACK_TYPES",
    "Agent",
    "ErrorEvent",
    "ErrorFacts",
    "EventSource",
    "Pairs",
    "event_from_parts",
    "is_error_type",
]

Pairs = tuple[tuple[str, str], ...]
"""(label, text) pairs for a reader."""


@dataclass(frozen=True, slots=True)
class Agent:
    """The app and device that an event came from. `env` is `prod` or `debug`."""

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

    def __hash__(self) -> int:
        return hash((self.device_model, self.os, self.sdk_version))  # tells most apart, and is fast


@dataclass(frozen=True, slots=True, eq=False)
class EventSource:
    """The sender of an event: equal in all events that one person reports in one call.

    Compared by identity, so that results derived from it are found again quickly.
    """

    peer_id: str | None = None
    user_id: str | None = None
    user_name: str | None = None
    session_id: str | None = None
    room_id: str | None = None
    room_name: str | None = None
    template_id: str | None = None
    account_id: str | None = None
    role: str | None = None
    agent: Agent = field(default_factory=Agent)


@dataclass(frozen=True, slots=True, eq=False)
class ErrorFacts:
    """The failure that an event reports: equal in a flood of the same events.

    Compared by identity, as `EventSource`.
    """

    type: str
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
    public_address: str | None = None


ERROR_TYPES = (
    "client.publish.failed",
    "client.subscribe.failed",
    "client.join.failed",
    "client.disconnected",
    "client.connect.failed",
)
"""The five types of client error event, in the order of 100ms' page."""

TRACK_TYPES = ("track.add.success", "track.update.success", "track.remove.success")

EVENT_RETENTION = timedelta(days=30)
"""100ms keeps events for 30 days, so an older session can have no error events left.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
"""

_SUCCESS = ".success"


@lru_cache(64)
def is_error_type(kind: str) -> bool:
    """Return whether the type is an error: the five types, and any error type that 100ms may add.

    100ms names every event that is no error `….success`: tracks, peers, sessions, recordings.
    https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
    """
    return not kind.lower().endswith(_SUCCESS)


class _EventSlots:
    """The attributes that an event stores: its own id and time, and objects shared with others."""

    __slots__ = ("at", "failure", "id", "more", "sender", "tail")

    id: str
    at: datetime
    tail: StampSuffix
    sender: EventSource
    failure: ErrorFacts
    more: Pairs


@dataclass(frozen=True)
class ErrorEvent(_EventSlots):
    """A client error event, free texts cleaned of control characters and addresses.

    `at` is UTC, to the microsecond; `stamp` is the text that 100ms sent, up to nanoseconds. If the
    time of an event could not be read, `at` is `NO_TIME` and `stamp` is "".

    `media` holds everything reported of audio, video and devices as (label, text) pairs, and
    `extras` every other reported field of `data` in the same form; blanks and zeros are left out.

    A room may have 100,000 events, so everything except id and time is stored in `sender` and
    `failure`, and the names below read it from there.
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
    """A keyed, one-way hash of the public ICE address, compared in memory only and never shown."""

    def __init__(self, id: str, type: str, at: datetime, stamp: str, **facts: Any) -> None:  # noqa: A002, ANN401  as above
        sender = {name: facts.pop(name) for name in EventSource.__slots__ if name in facts}
        more = facts.pop("extras", ())
        event = event_from_parts(
            id, at, stamp, EventSource(**sender), ErrorFacts(type, **facts), more
        )
        for name in _EventSlots.__slots__:
            object.__setattr__(self, name, getattr(event, name))

    @property
    def timed(self) -> bool:
        """Whether the event's time could be read."""
        return self.at != NO_TIME

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[object, ...]:
        return event_from_parts, (
            self.id,
            self.at,
            self.stamp,
            self.sender,
            self.failure,
            self.more,
        )


_FORWARDED: dict[str, Callable[[Any], Any]] = {
    "stamp": lambda event: stamp_of(event.tail, event.at),
    "extras": attrgetter("more"),
    **{name: attrgetter(f"sender.{name}") for name in EventSource.__slots__},
    **{name: attrgetter(f"failure.{name}") for name in ErrorFacts.__slots__},
}
for _name, _read in _FORWARDED.items():
    setattr(ErrorEvent, _name, property(_read))


class _MutableEvent(_EventSlots):
    """An event under construction: plain attributes take a fifth of the time of frozen ones."""

    __slots__ = ()


def event_from_parts(  # noqa: PLR0913  what an event holds
    event_id: str,
    at: datetime,
    stamp: str,
    sender: EventSource,
    failure: ErrorFacts,
    more: Pairs,
    *,
    suffix: StampSuffix | None = None,
) -> ErrorEvent:
    """Return the event of a sender and a failure that are stored once for all their events.

    `suffix` is `suffix_in(stamp)` if `at` was read from the stamp; without it, it is computed.
    """
    event: Any = _MutableEvent()
    event.id = event_id
    event.at = at
    event.tail = suffix_of(stamp, at) if suffix is None else suffix
    event.sender = sender
    event.failure = failure
    event.more = more
    event.__class__ = ErrorEvent
    result: ErrorEvent = event
    return result


_AT = attrgetter("at")
_PART_SIZE = 32_768


def sort_events(events: Iterable[ErrorEvent]) -> list[ErrorEvent]:
    """Return the events sorted by `sort_key`; the key is computed only within one microsecond."""
    ordered = sorted(events, key=_AT)
    moments = [event.at for event in ordered]
    repeats = [index for index, pair in enumerate(pairwise(moments)) if pair[0] == pair[1]]
    done = 0
    for begin in repeats:
        if begin < done:
            continue
        done = bisect_right(moments, moments[begin], begin)
        ordered[begin:done] = sorted(ordered[begin:done], key=sort_key)
    return ordered


def has_duplicates(events: Sequence[ErrorEvent]) -> bool:
    """Return whether an id occurs twice.

    The ids are checked in parts, because a set of all ids takes megabytes.
    """
    parts = 1 + len(events) // _PART_SIZE
    for part in range(parts):
        ids = [event.id for event in events if hash(event.id) % parts == part]
        if len(set(ids)) < len(ids):
            return True
    return False


def sort_key(event: ErrorEvent) -> tuple[datetime, int, bool, str]:
    """Return the sort key: time, nanoseconds beyond `at`, terminal last, then id.

    100ms cuts trailing zeros off its stamps, so their texts do not sort. Of two events with equal
    stamps (a stored pair sent together), the terminal one is the later one.
    """
    return (event.at, nanoseconds_of(event.tail), event.failure.is_terminal, event.id)


P = ParamSpec("P")
T = TypeVar("T")

_CACHE_SIZE = 8192
"""Number of cached failures; results for further failures are computed on each call."""
_LONGEST = 4096
"""Characters of text above which a failure's results are not cached.

Descriptions of 100 kB exist, and cached texts stay after the look-up.
"""


def cached_by_error_facts(
    function: Callable[Concatenate[ErrorFacts, P], T],
) -> Callable[Concatenate[ErrorFacts, P], T]:
    """Return `function` with cached results; the function must depend on its arguments only."""
    cached: Any = lru_cache(_CACHE_SIZE)(function)

    @wraps(function)
    def wrapper(facts: ErrorFacts, /, *args: P.args, **kwargs: P.kwargs) -> T:
        short = len(facts.error_description or "") + len(facts.error_message or "") < _LONGEST
        value: T = (cached if short else function)(facts, *args, **kwargs)
        return value

    return wrapper
