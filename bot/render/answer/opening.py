"""The opening of an answer, held to its limit.

The facts of an opening: who failed and how, which errors, when, and how much was seen.

The errors of an opening in words: what went wrong, how often, and what to do about it.
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
from bot.render.answer.text_budget import SIZES, TextBudget
from bot.render.answer.thread_entry import page_of
from bot.render.answer.verdict import DiagnosisSection, diagnosis_section
from bot.render.limits import OPENING_MOST, brief, shorten, visible
from bot.render.message import Message
from bot.render.phrases import TYPE_NAMES, WHAT, code_of, safe_text, name_of, person_of
from bot.render.templates import MessageTemplates


@dataclass(frozen=True, slots=True)
class Cause:
    """One kind of error in words; no `people` had it if only recorders did."""

    title: str
    code: str
    said: str
    meaning: str
    todo: str
    owner: str
    events: int
    people: int


def causes_of(
    events: Iterable[ErrorEvent], catalogue: Catalogue
) -> list[tuple[str, Entry, list[ErrorEvent]]]:
    """Every kind of error with its events; those that cost most people their call first."""
    found: dict[tuple[str, str], tuple[str, Entry, list[ErrorEvent]]] = {}
    for event, entry in _explained(events, catalogue):
        code = code_of(event)
        found.setdefault((entry.key, code), (code, entry, []))[2].append(event)
    return sorted(found.values(), key=lambda cause: _weight(cause[2]))


def _weight(events: Sequence[ErrorEvent]) -> tuple[int, int, int]:
    lost = {person_of(event) for event in events if event.is_terminal}
    return -len(lost), -len({person_of(event) for event in events}), -len(events)


def _explained(
    events: Iterable[ErrorEvent], catalogue: Catalogue
) -> Iterator[tuple[ErrorEvent, Entry]]:
    """Each event with its entry; one of many equal ones is explained for all of them."""
    known: dict[tuple[object, ...], Entry] = {}
    for event in events:
        alike = (
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
        entry = known.get(alike)
        if entry is None:
            entry = known[alike] = catalogue.explain(event).entry
        yield event, entry


def in_words(code: str, entry: Entry, events: Sequence[ErrorEvent], sizes: TextBudget) -> Cause:
    """One kind of error, cut to size: what it means, who had it, what to do next."""
    return Cause(
        title=shorten(entry.title, sizes.title),
        code=shorten(code, sizes.code),
        said=shorten(safe_text(events[-1].error_message), sizes.said) if sizes.said else "",
        meaning=brief(entry.meaning, sizes.meaning),
        todo=brief(entry.do, sizes.todo),
        owner=OWNER_WORDS[entry.owner],
        events=len(events),
        people=len({person_of(event) for event in events if not is_bot_role(event.role)}),
    )


_TYPE = 40


@dataclass(frozen=True, slots=True)
class FailureMode:
    """So many people failed for good like this."""

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
    """What an opening says. "" and None stand for "not known", except in counts.

    `people` had errors, `failed` of them for good; each of `ways` counts a person once, by the
    gravest of their failures. `part` names what was looked at if it is less than the room.
    `told` is the diagnosis, None before there is one.
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
    sizes: TextBudget,
    *,
    private: bool = False,
) -> Summary:
    """The facts of a report's opening, clipped to `sizes`."""
    events, failures = report.events, report.failures
    causes = causes_of(events, catalogue)
    times = [event.at for event in events if event.timed]
    return Summary(
        **_place(report, dashboard, sizes),
        people=len({person_of(event) for event in events}),
        failed=len({person_of(event) for event in failures}),
        ways=_ways(failures),
        events=len(events),
        terminal=len(failures),
        types=_types(report, sizes),
        causes=tuple(in_words(*cause, sizes) for cause in causes[: sizes.causes]),
        causes_left=max(len(causes) - sizes.causes, 0),
        first=times[0] if times else None,
        last=times[-1] if times else None,
        since=report.window.since,
        until=report.window.until,
        completeness=report.completeness,
        gaps=_notes(report.completeness.notes, sizes),
        notes=_notes(report.notes, sizes),
        as_of=report.as_of,
        reference=report.lookup_id,
        told=diagnosis_section(report, sizes, private=private),
    )


def _place(report: Report, dashboard: str, sizes: TextBudget) -> dict[str, Any]:
    """What was looked up."""
    events, target, session = report.events, report.target, report.target.session
    sessions = {event.session_id for event in events if event.session_id}
    session_id = session.id if session else next(iter(sessions), "") if len(sessions) == 1 else ""
    name = target.room.name or next((e.room_name for e in events if e.room_name), None)
    whole = len(report.types) == len(ERROR_TYPES)
    return {
        "kind": target.kind,
        "room": shorten(name_of(name), sizes.ident),
        "room_id": shorten(target.room.id, sizes.ident),
        "session_id": shorten(session_id, sizes.ident),
        "page": page_of(dashboard, session_id),
        "sessions": len(sessions),
        "peer_id": shorten(target.peer_id or "", sizes.ident),
        "user_id": shorten(target.user_id or "", sizes.ident),
        "disabled": target.room.enabled is False,
        "session_from": session.created_at if session else None,
        "session_to": session.ended_at if session else None,
        "part": part_of(report),
        "asked_types": () if whole else tuple(TYPE_NAMES.get(one, one) for one in report.types),
    }


def part_of(report: Report) -> str:
    """Why events that were read do not count here; "" if all do."""
    if not report.beyond:
        return ""
    if report.window != Window():
        return "the time asked for"
    return "this session" if report.target.session else ""


def _notes(notes: Sequence[str], sizes: TextBudget) -> tuple[str, ...]:
    """The first notes, and how many more there are."""
    shown = [shorten(safe_text(note), sizes.note) for note in notes[: sizes.notes]]
    left = len(notes) - sizes.notes
    return (*shown, f"… and {left} more remarks.") if left > 0 else tuple(shown)


def _ways(failures: Iterable[ErrorEvent]) -> tuple[FailureMode, ...]:
    ranks = {kind: rank for rank, kind in enumerate(WHAT)}
    gravest: dict[str, str] = {}
    for event in failures:
        person = person_of(event)
        known = gravest.get(person, event.type)
        gravest[person] = min(known, event.type, key=lambda kind: ranks.get(kind, len(ranks)))
    counted = Counter(WHAT.get(kind, "failed in a way I do not know") for kind in gravest.values())
    return tuple(FailureMode(what, people) for what, people in counted.most_common())


def _types(report: Report, sizes: TextBudget) -> tuple[TypeCount, ...]:
    counts = report.by_type or count_by_type(report.events)
    seen = sorted(
        ((kind, count) for kind, count in counts.items() if count.events),
        key=lambda pair: (-pair[1].terminal, -pair[1].events),
    )
    known = [
        TypeCount(
            shorten(TYPE_NAMES.get(kind, safe_text(kind)), _TYPE), count.events, count.terminal
        )
        for kind, count in seen[: sizes.types]
    ]
    rest = [count for _, count in seen[sizes.types :]]
    if rest:
        events, terminal = sum(c.events for c in rest), sum(c.terminal for c in rest)
        known.append(TypeCount(f"{len(rest)} other types", events, terminal))
    return tuple(known)


NOTE = 60
"""Characters of a note beside a tight opening."""


REMARKS = 400
"""Characters of what is said before anything else."""


def remarks_of(report: Report) -> str:
    """What of the question was not understood, as one paragraph; "" if all was."""
    return shorten(safe_text(" ".join(report.remarks)), REMARKS)


class OpeningBuilder:
    """Puts reports into openings."""

    def __init__(self, composer: MessageTemplates, catalogue: Catalogue, dashboard: str) -> None:
        self._composer = composer
        self._catalogue = catalogue
        self._dashboard = dashboard

    def opening(self, report: Report, note: str, *, below: str, private: bool) -> Message:
        """The roomiest opening that keeps within its limit."""
        for sizes in SIZES:
            summary = summarise(report, self._catalogue, self._dashboard, sizes, private=private)
            told = shorten(safe_text(note), sizes.note + NOTE)
            remarks = remarks_of(report)
            first = " ".join(filter(None, (remarks, told)))
            facts = {"s": summary, "below": below, "note": first, "remarks": remarks}
            message = self._composer.message("opening", "opening", **facts)
            if visible(message.blocks) <= OPENING_MOST:
                break
        return message

    def tight(self, report: Report) -> Summary:
        """The facts of the shortest private opening."""
        return summarise(report, self._catalogue, self._dashboard, SIZES[-1], private=True)
