"""Cutting events to a session and a window: the API has no time filter."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.events import ErrorEvent
from bot.domain.places import Session
from bot.domain.report import Window


def belongs(event: ErrorEvent, session: Session) -> bool:
    """True if the event names the session, or names none and falls into its time.

    One that names none and has no readable time belongs to no session.

    Failures to connect carry no session id: there is none before the first successful join.
    """
    if event.session_id:
        return event.session_id.lower() == session.id.lower()
    if not event.timed:
        return False
    if session.created_at and event.at < session.created_at:
        return False
    return not (session.ended_at and event.at > session.ended_at)


def inside(event: ErrorEvent, window: Window) -> bool:
    """True if the event was recorded within the window, both ends included.

    One without a readable time is in no window but the one without ends.
    """
    if not event.timed:
        return window == Window()
    if window.since and event.at < window.since:
        return False
    return not (window.until and event.at > window.until)


def cut(
    events: Iterable[ErrorEvent],
    session: Session | None,
    window: Window,
    types: Iterable[str] | None = None,
) -> tuple[ErrorEvent, ...]:
    """The events of that session, window and (if only some were asked for) types."""
    kinds = frozenset(types) if types is not None else None
    if session is None and window == Window() and kinds is None:
        return tuple(events)
    return tuple(
        event
        for event in events
        if (session is None or belongs(event, session))
        and inside(event, window)
        and (kinds is None or event.type in kinds)
    )


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two times, None being no limit."""
    if one is None or other is None:
        return one or other
    return min(one, other)
