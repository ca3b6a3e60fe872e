"""Error events that clients reported to 100ms, and the devices that sent them.

Every field of `data` may be missing, whatever the documentation's tables say; only an event's id
and type are certain.
https://www.100ms.live/docs/server-side/v2/api-reference/analytics/error-events

Sources (`EventSource`) and failures (`ErrorFacts`) are stored once for all events of a room that
repeat them, and a failure keeps the conclusions that were drawn from its texts. The module also
sorts events by time and finds duplicate ids.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, wraps
from itertools import pairwise
from operator import attrgetter
from typing import Any, Concatenate, ParamSpec, TypeVar

__all__ = [
    "ERROR_TYPES",
    "TRACK_TYPES",
    "Agent",
    "ErrorEvent",
    "ErrorFacts",
    "EventSource",
    "Pairs",
    "is_error_type",
]

Pairs = tuple[tuple[str, str], ...]
"""(label, text) pairs for a reader."""

YEARS = range(1970, 2100)
"""Years of times that count: 100ms writes `0001-01-01T00:00:00Z` for "never", and times far off
break date arithmetic."""

NO_TIME = datetime(9000, 1, 1, tzinfo=UTC)
"""The time of an event whose time could not be read; later than every readable time.

Such an event sorts last, and no event counts as later than it.
"""


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
    media: Pairs = ()
    by_webhook: bool = False
    """Whether a webhook of 100ms told of it, and no client."""
    conclusions: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    """Results that depend on these facts alone, by `cached_by_error_facts`."""


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


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """A client error event, free texts cleaned of control characters and addresses.

    `at` is UTC, to the microsecond; `stamp` is the text that 100ms sent, up to nanoseconds. If the
    time of an event could not be read, `at` is `NO_TIME` and `stamp` is "".

    Events of one room share their `sender` and their `failure`, whose fields can be read here too.
    `message` and `description` are the event's own words if those of its failure lack numbers that
    mean nothing, such as priorities of ICE; they are None otherwise. `public_address` is a keyed,
    one-way hash of the public ICE address; it is compared in memory only and never shown.
    `retries_join` is the number of times that joining was retried. `extras` holds every field of
    `data` that has no name of its own, as (label, text) pairs; blanks and zeros are left out, as in
    `media`.
    """

    id: str
    at: datetime
    stamp: str
    sender: EventSource
    failure: ErrorFacts
    extras: Pairs = ()
    message: str | None = None
    description: str | None = None
    public_address: str | None = None
    retries_join: int | None = None

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def timed(self) -> bool:
        """Whether the event's time could be read."""
        return self.at != NO_TIME

    @property
    def peer_id(self) -> str | None:
        """The peer of the person who reported it."""
        return self.sender.peer_id

    @property
    def user_id(self) -> str | None:
        """The customer's own id of that person."""
        return self.sender.user_id

    @property
    def user_name(self) -> str | None:
        """That person's name."""
        return self.sender.user_name

    @property
    def session_id(self) -> str | None:
        """The session; None before one was joined."""
        return self.sender.session_id

    @property
    def room_id(self) -> str | None:
        """The room."""
        return self.sender.room_id

    @property
    def room_name(self) -> str | None:
        """The room's name."""
        return self.sender.room_name

    @property
    def template_id(self) -> str | None:
        """The room's template."""
        return self.sender.template_id

    @property
    def account_id(self) -> str | None:
        """The customer's account at 100ms."""
        return self.sender.account_id

    @property
    def role(self) -> str | None:
        """That person's role in the room."""
        return self.sender.role

    @property
    def agent(self) -> Agent:
        """The app and device that reported it."""
        return self.sender.agent

    @property
    def type(self) -> str:
        """The type, such as `client.join.failed`."""
        return self.failure.type

    @property
    def error_code(self) -> int | None:
        """100ms' code of the error."""
        return self.failure.error_code

    @property
    def error_name(self) -> str | None:
        """The error's name."""
        return self.failure.error_name

    @property
    def error_message(self) -> str | None:
        """The error's message."""
        return self.message or self.failure.error_message

    @property
    def error_description(self) -> str | None:
        """The error's description; the SDK's own words."""
        return self.description or self.failure.error_description

    @property
    def is_terminal(self) -> bool:
        """Whether the SDK gave up."""
        return self.failure.is_terminal

    @property
    def action(self) -> str | None:
        """The SDK's step that failed, such as `JOIN`."""
        return self.failure.action

    @property
    def domain(self) -> str | None:
        """The SDK's own area of the error."""
        return self.failure.domain

    @property
    def transport_state(self) -> str | None:
        """The state of the signalling connection."""
        return self.failure.transport_state

    @property
    def endpoint(self) -> str | None:
        """The address that the SDK called."""
        return self.failure.endpoint

    @property
    def media(self) -> Pairs:
        """Everything reported of audio, video and devices."""
        return self.failure.media


_FRACTION = re.compile(r"\.(\d{1,9})")
_NANOSECOND_DIGITS, _MICROSECOND_DIGITS = 9, 6


def nanoseconds_of(stamp: str) -> int:
    """Return the nanoseconds of 100ms' stamp beyond the last whole microsecond.

    A datetime ends at the microsecond; 100ms sends up to nine digits and cuts off zeros.
    """
    match = _FRACTION.search(stamp)
    return int(match[1].ljust(_NANOSECOND_DIGITS, "0")[_MICROSECOND_DIGITS:]) if match else 0


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
    return (event.at, nanoseconds_of(event.stamp), event.failure.is_terminal, event.id)


P = ParamSpec("P")
T = TypeVar("T")


def cached_by_error_facts(
    function: Callable[Concatenate[ErrorFacts, P], T],
) -> Callable[Concatenate[ErrorFacts, P], T]:
    """Return `function` with results that are computed once for each failure.

    The function must depend on its arguments only. A failure keeps its results, so that none
    outlives it.
    """

    @wraps(function)
    def wrapper(facts: ErrorFacts, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (function, args, *kwargs.items()) if args or kwargs else function
        conclusions: dict[Any, T] = facts.conclusions
        try:
            return conclusions[key]
        except KeyError:
            value = conclusions[key] = function(facts, *args, **kwargs)
            return value

    return wrapper
