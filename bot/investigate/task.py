"""What one look-up asks of its target, and what becomes of the events that were read."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.handle import Handle
from bot.domain.places import Room, Session
from bot.domain.question import Clue, Kind, Question
from bot.domain.report import Report, Window, count_by_type
from bot.domain.target import Target, TargetKind
from bot.investigate.ahead import Ahead
from bot.investigate.cut import cut, earlier
from bot.investigate.fetch import Fetched
from bot.investigate.ports import Watch, unwatched
from bot.investigate.resolve import split
from bot.investigate.then import still_kept


@dataclass(frozen=True, slots=True)
class Task:
    """What a look-up asks of its target."""

    lookup_id: str
    window: Window
    types: tuple[str, ...] = ERROR_TYPES
    watch: Watch = unwatched
    ahead: Ahead = field(default_factory=Ahead)
    seed: tuple[ErrorEvent, ...] = ()
    """Events of the target that an earlier look-up read."""


def ahead_of(question: Question) -> Ahead:
    """Guesses only where one place and one person at most are named: else choices follow."""
    where, who = split(question.clues)
    if len(where) > 1 or len(who) > 1:
        return Ahead()
    return Ahead(question.types, who[0] if who else None)


USUAL = "This channel is set to a shorter time (`settings`): add `since 30d` to see all there is."


def window_of(question: Question, target: Target) -> tuple[Window, tuple[str, ...]]:
    """The window that is meant, and notes: how times in words were read, or that it is usual.

    A session has an end of its own, which a channel's usual window might cut off.
    """
    asked = Window(question.since, question.until)
    if question.since or question.until or target.session or question.usual_since is None:
        return asked, question.readings
    return Window(question.usual_since), (USUAL,)


def sum_up(target: Target, task: Task, as_of: datetime, fetched: Fetched) -> Report:
    """The report of what was read, cut to session, window and types."""
    only = None if task.types == ERROR_TYPES else task.types
    events = cut(fetched.events, target.session, task.window, only)
    cut_off = len(events) < len(fetched.events)
    kept = {event.id for event in events} if cut_off else frozenset[str]()
    return Report(
        lookup_id=task.lookup_id,
        target=target,
        as_of=as_of,
        window=task.window,
        completeness=fetched.completeness,
        events=events,
        types=task.types,
        by_type=count_by_type(events),
        beyond=tuple(event for event in fetched.events if event.id not in kept) if cut_off else (),
    )


def reopened(handle: Handle, target: Target, fetched: Fetched, now: datetime) -> Report:
    """The report that a button belongs to, as of then, of events read then or later."""
    window = Window(handle.since, earlier(handle.until, handle.as_of))
    task = Task(handle.lookup_id, window, handle.types)
    report = sum_up(target, task, handle.as_of, fetched)
    kept = still_kept(report.completeness, handle, now)
    return replace(report, window=Window(handle.since, handle.until), completeness=kept)


def reads_whole_room(target: Target, types: Iterable[str]) -> bool:
    """Whether such a look-up reads every error event of the room."""
    person = target.peer_id or target.user_id
    return not person and set(types) == set(ERROR_TYPES)


def whole_room(report: Report) -> tuple[ErrorEvent, ...] | None:
    """Every error event of the room, if the look-up read them all."""
    if not reads_whole_room(report.target, report.types):
        return None
    return (*report.events, *report.beyond)


def person_of(handle: Handle) -> Clue | None:
    """The one person a button's look-up is about."""
    if handle.peer_id:
        return Clue(Kind.PEER, handle.peer_id)
    return Clue(Kind.USER, handle.user_id) if handle.user_id else None


def target_of(handle: Handle, room: Room) -> Target:
    """The target of a button's look-up."""
    session = None
    if handle.session_id:
        session = Session(
            handle.session_id,
            room.id,
            room.workspace,
            active=handle.session_to is None,
            created_at=handle.session_from,
            ended_at=handle.session_to,
        )
    kind: TargetKind = handle.kind
    return Target(kind, room, session, handle.peer_id, handle.user_id)
