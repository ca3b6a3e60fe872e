"""The opening of an answer, kept within its limit.

It says who failed and how, which errors occurred (their meaning, how often, and what to do), when,
and how much data was seen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.catalogue import OWNER_WORDS, Catalogue, Entry
from bot.domain.diagnosis.people import is_bot_role
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.report import Completeness, Report, Window, count_by_type
from bot.render.answer.text_budget import BUDGETS, TextBudget
from bot.render.answer.thread_entry import session_page
from bot.render.answer.verdict import DiagnosisSection, diagnosis_section
from bot.render.limits import MAX_OPENING, brief, shorten, visible_length
from bot.render.message import Message
from bot.render.phrases import (
    FAILURE_PHRASES,
    TYPE_NAMES,
    display_name,
    format_code,
    person_key,
    safe_text,
)
from bot.render.templates import MessageTemplates


@dataclass(frozen=True, slots=True)
class Cause:
    """One kind of error in words; `people` is 0 if only recorders had it."""

    title: str
    code: str
    said: str
    meaning: str
    todo: str
    owner: str
    events: int
    people: int


def group_by_cause(
    events: Iterable[ErrorEvent], catalogue: Catalogue
) -> list[tuple[str, Entry, list[ErrorEvent]]]:
    """Return every kind of error with its events; first those that cost most people their call."""
    causes: dict[tuple[str, str], tuple[str, Entry, list[ErrorEvent]]] = {}
    for event, entry in _explain_events(events, catalogue):
        code = format_code(event)
        causes.setdefault((entry.key, code), (code, entry, []))[2].append(event)
    return sorted(causes.values(), key=lambda cause: _weight(cause[2]))


def _weight(events: Sequence[ErrorEvent]) -> tuple[int, int, int]:
    failed_people = {person_key(event) for event in events if event.is_terminal}
    return -len(failed_people), -len({person_key(event) for event in events}), -len(events)


def _explain_events(
    events: Iterable[ErrorEvent], catalogue: Catalogue
) -> Iterator[tuple[ErrorEvent, Entry]]:
    """Yield each event with its catalogue entry; equal events are explained once."""
    entries: dict[tuple[object, ...], Entry] = {}
    for event in events:
        key = (
            event.type,
            event.error_code,
            event.error_name,
            event.error_message,
            event.error_description,
            event.endpoint,
            event.extras,
            event.agent.sdk,
            event.agent.framework,
        )
        entry = entries.get(key)
        if entry is None:
            entry = entries[key] = catalogue.explain(event).entry
        yield event, entry


def describe_cause(
    code: str, entry: Entry, events: Sequence[ErrorEvent], budget: TextBudget
) -> Cause:
    """Return one kind of error, cut to size: its meaning, the people affected, the next step."""
    return Cause(
        title=shorten(entry.title, budget.title),
        code=shorten(code, budget.code),
        said=shorten(safe_text(events[-1].error_message), budget.message) if budget.message else "",
        meaning=brief(entry.meaning, budget.meaning),
        todo=brief(entry.advice, budget.todo),
        owner=OWNER_WORDS[entry.owner],
        events=len(events),
        people=len({person_key(event) for event in events if not is_bot_role(event.role)}),
    )


_MAX_TYPE = 40


@dataclass(frozen=True, slots=True)
class FailureMode:
    """One way in which people failed for good, and their number."""

    what: str
    people: int


@dataclass(frozen=True, slots=True)
class TypeCount:
    """Events of one type, and how many of them are terminal."""

    name: str
    events: int
    terminal: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The facts of an opening. "" and None stand for "not known", except in counts.

    `people` had errors, `failed` of them for good; each of `ways` counts a person once, by the
    gravest of their failures. `part` names the part of the room that was looked at, if not all of
    it. `told` is the diagnosis, None before there is one.
    """

    kind: str
    room: str
    room_id: str
    session_id: str
    page: str
    sessions: int
    peer_id: str
    user_id: str
    disabled: bool
    people: int
    failed: int
    ways: tuple[FailureMode, ...]
    events: int
    terminal: int
    types: tuple[TypeCount, ...]
    causes: tuple[Cause, ...]
    causes_left: int
    first: datetime | None
    last: datetime | None
    since: datetime | None
    until: datetime | None
    session_from: datetime | None
    session_to: datetime | None
    completeness: Completeness
    gaps: tuple[str, ...]
    notes: tuple[str, ...]
    as_of: datetime
    reference: str
    asked_types: tuple[str, ...]
    part: str
    told: DiagnosisSection | None


def summarise(
    report: Report,
    catalogue: Catalogue,
    dashboard: str,
    budget: TextBudget,
    *,
    private: bool = False,
) -> Summary:
    """Return the facts of a report's opening, clipped to `budget`."""
    events, failures = report.events, report.failures
    causes = group_by_cause(events, catalogue)
    times = [event.at for event in events if event.timed]
    return Summary(
        **_target_facts(report, dashboard, budget),
        people=len({person_key(event) for event in events}),
        failed=len({person_key(event) for event in failures}),
        ways=_failure_modes(failures),
        events=len(events),
        terminal=len(failures),
        types=_type_counts(report, budget),
        causes=tuple(describe_cause(*cause, budget) for cause in causes[: budget.causes]),
        causes_left=max(len(causes) - budget.causes, 0),
        first=times[0] if times else None,
        last=times[-1] if times else None,
        since=report.window.since,
        until=report.window.until,
        completeness=report.completeness,
        gaps=_notes(report.completeness.notes, budget),
        notes=_notes(report.notes, budget),
        as_of=report.as_of,
        reference=report.lookup_id,
        told=diagnosis_section(report, budget, private=private),
    )


def _target_facts(report: Report, dashboard: str, budget: TextBudget) -> dict[str, Any]:
    """Return the facts about the subject of the look-up."""
    events, target, session = report.events, report.target, report.target.session
    sessions = {event.session_id for event in events if event.session_id}
    session_id = session.id if session else next(iter(sessions), "") if len(sessions) == 1 else ""
    name = target.room.name or next((e.room_name for e in events if e.room_name), None)
    has_all_types = len(report.types) == len(ERROR_TYPES)
    return {
        "kind": target.kind,
        "room": shorten(display_name(name), budget.identifier),
        "room_id": shorten(target.room.id, budget.identifier),
        "session_id": shorten(session_id, budget.identifier),
        "page": session_page(dashboard, session_id),
        "sessions": len(sessions),
        "peer_id": shorten(target.peer_id or "", budget.identifier),
        "user_id": shorten(target.user_id or "", budget.identifier),
        "disabled": target.room.enabled is False,
        "session_from": session.created_at if session else None,
        "session_to": session.ended_at if session else None,
        "part": narrowing_words(report),
        "asked_types": ()
        if has_all_types
        else tuple(TYPE_NAMES.get(kind, kind) for kind in report.types),
    }


def narrowing_words(report: Report) -> str:
    """Return the reason why some events that were read do not count here; "" if all count."""
    if not report.beyond:
        return ""
    if report.window != Window():
        return "the time asked for"
    return "this session" if report.target.session else ""


def _notes(notes: Sequence[str], budget: TextBudget) -> tuple[str, ...]:
    """Return the first notes, and how many more there are."""
    shown = [shorten(safe_text(note), budget.note) for note in notes[: budget.notes]]
    omitted = len(notes) - budget.notes
    return (*shown, f"… and {omitted} more remarks.") if omitted > 0 else tuple(shown)


def _failure_modes(failures: Iterable[ErrorEvent]) -> tuple[FailureMode, ...]:
    ranks = {kind: rank for rank, kind in enumerate(FAILURE_PHRASES)}
    gravest: dict[str, str] = {}
    for event in failures:
        person = person_key(event)
        current = gravest.get(person, event.type)
        gravest[person] = min(current, event.type, key=lambda kind: ranks.get(kind, len(ranks)))
    counts = Counter(
        FAILURE_PHRASES.get(kind, "failed in a way I do not know") for kind in gravest.values()
    )
    return tuple(FailureMode(what, people) for what, people in counts.most_common())


def _type_counts(report: Report, budget: TextBudget) -> tuple[TypeCount, ...]:
    counts = report.by_type or count_by_type(report.events)
    ranked = sorted(
        ((kind, count) for kind, count in counts.items() if count.events),
        key=lambda pair: (-pair[1].terminal, -pair[1].events),
    )
    type_counts = [
        TypeCount(
            shorten(TYPE_NAMES.get(kind, safe_text(kind)), _MAX_TYPE), count.events, count.terminal
        )
        for kind, count in ranked[: budget.types]
    ]
    others = [count for _, count in ranked[budget.types :]]
    if others:
        events, terminal = sum(c.events for c in others), sum(c.terminal for c in others)
        type_counts.append(TypeCount(f"{len(others)} other types", events, terminal))
    return tuple(type_counts)


MAX_NOTE = 60
"""Characters of a note beside a tight opening."""


MAX_REMARKS = 400
"""Characters of the remarks that stand first."""


def remarks_text(report: Report) -> str:
    """Return the parts of the question that were not understood, in one paragraph; "" if none."""
    return shorten(safe_text(" ".join(report.remarks)), MAX_REMARKS)


class OpeningBuilder:
    """Turns reports into openings."""

    def __init__(self, templates: MessageTemplates, catalogue: Catalogue, dashboard: str) -> None:
        self._templates = templates
        self._catalogue = catalogue
        self._dashboard = dashboard

    def opening(self, report: Report, note: str, *, below: str, private: bool) -> Message:
        """Return the roomiest opening within the limit."""
        for budget in BUDGETS:
            summary = summarise(report, self._catalogue, self._dashboard, budget, private=private)
            note_text = shorten(safe_text(note), budget.note + MAX_NOTE)
            remarks = remarks_text(report)
            lead_note = " ".join(filter(None, (remarks, note_text)))
            facts = {"s": summary, "below": below, "note": lead_note, "remarks": remarks}
            message = self._templates.message("opening", "opening", **facts)
            if visible_length(message.blocks) <= MAX_OPENING:
                break
        return message

    def shortest_summary(self, report: Report) -> Summary:
        """Return the facts of the shortest private opening."""
        return summarise(report, self._catalogue, self._dashboard, BUDGETS[-1], private=True)
