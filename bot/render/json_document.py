"""The documents of `lookup --json`, version 3, for scripts.

A document holds a report (people, stories, verdict) or an error. For an id by which nothing is
known it holds an error and, as every answer, a verdict. The JSON text is written piece by piece,
so that 100,000 failures need never be in memory at once.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from bot.domain.diagnosis import Diagnosis, DiagnosisInput, GroupCount, Impact, Story, Verdict
from bot.domain.diagnosis.no_errors import explain_no_errors, verdict_without_errors
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.errors import BotError, NothingFound
from bot.domain.events import ErrorEvent
from bot.domain.privacy.addresses import OutputRedactor, redact_all_for_output
from bot.domain.query import IdentifierKind, LookupQuery
from bot.domain.report import Completeness, Count, Report, Window, count_by_type, peers_of
from bot.domain.target import Candidate, Choices
from bot.render.answer.headline import UNKNOWN_ID, headline_of
from bot.render.phrases import safe_text


def people_document(people: Impact, diagnosis: Diagnosis | None = None) -> dict[str, Any]:
    """Return how many people are affected. Calls are listed by person, if there is a diagnosis."""
    persons = {person.key: person for person in diagnosis.persons} if diagnosis else {}
    calls = [(persons[key], number) for key, number in people.failed_calls if key in persons]
    return {
        "affected": people.affected,
        "in_room": people.in_room,
        "failed_for_good": people.failed_for_good,
        "recovered": people.recovered,
        "unclear": people.unclear,
        "by_role": _group_documents(people.by_role),
        "by_platform": _group_documents(people.by_platform),
        "by_os": _group_documents(people.by_os),
        "by_sdk_version": _group_documents(people.by_sdk_version),
        "by_path": _group_documents(people.by_path),
        "failed_calls": [
            {"user_id": person.user_id, "peer_ids": list(person.peer_ids), "calls": number}
            for person, number in calls
        ],
    }


def _group_documents(groups: Iterable[GroupCount]) -> list[Mapping[str, Any]]:
    return [
        {"label": safe_text(group.label), "affected": group.affected, "total": group.total}
        for group in groups
    ]


def story_document(story: Story) -> dict[str, Any]:
    """Return one story; ids and times as 100ms sent them."""
    return {
        "id": story.id,
        "peer_ids": list(story.peer_ids),
        "user_id": story.user_id,
        "bot": story.bot,
        "type": story.type,
        "action": _optional_story_text(story.action),
        "error_code": story.error_code,
        "error_name": _optional_story_text(story.error_name),
        "platform": story.platform,
        "first_at": story.first_stamp or None,
        "last_at": story.last_stamp or None,
        "events": story.events,
        "event_ids": list(story.event_ids),
        "terminal": story.terminal,
        "outcome": story.outcome,
        "evidence": _cached_safe_text(story.evidence),
        "symptom_of": story.symptom_of,
    }


def verdict_document(verdict: Verdict, words: str) -> dict[str, Any]:
    """Return the verdict: whose fault, how sure (0 to 1), and why; `words` is one sentence."""
    return {
        "class": verdict.cls,
        "confidence": verdict.confidence,
        "words": words,
        "evidence": [safe_text(line) for line in verdict.evidence],
        "changes_if": verdict.doubt,
        "next_steps": list(verdict.next_steps),
        "update": safe_text(verdict.update) or None,
    }


def _optional_story_text(text: str | None) -> str | None:
    return None if text is None else _cached_safe_text(text)


@lru_cache(1024)
def _cached_safe_text(text: str) -> str:
    """Return `safe_text(text)`, cached: a flood of failures has few distinct texts."""
    return safe_text(text)


VERSION = 3


def document(report: Report) -> dict[str, Any]:
    """Return a report as one JSON document; ids and times as 100ms sent them, texts cleaned.

    Raises ValueError without a diagnosis: every document has a verdict.
    """
    parts = lazy_document(report).items()
    return {name: list(part) if isinstance(part, Iterator) else part for name, part in parts}


def lazy_document(report: Report) -> dict[str, Any]:
    """Return `document` with iterators for failures and stories: large rooms have 100,000."""
    target, diagnosis = report.target, report.diagnosis
    if diagnosis is None:
        raise ValueError("a report becomes a document only once it is diagnosed")
    return {
        "version": VERSION,
        "target": {
            "kind": target.kind,
            "room_id": target.room.id,
            "session_id": target.session.id if target.session else None,
            "peer_id": target.peer_id,
            "user_id": target.user_id,
        },
        "as_of": to_iso(report.as_of),
        "window": window_document(report.window),
        "remarks": [safe_text(remark) for remark in (*report.remarks, *report.notes)],
        "completeness": completeness_document(report.completeness),
        "counts": counts_document(report.events, report.by_type or count_by_type(report.events)),
        "failures": (failure_document(event) for event in report.events if event.is_terminal),
        "people": people_document(diagnosis.people, diagnosis),
        "stories": map(story_document, diagnosis.stories),
        "verdict": verdict_document(diagnosis.verdict, headline_of(report, diagnosis)),
    }


def window_document(window: Window) -> dict[str, Any]:
    """Return the time asked for, both ends included; null: as far as 100ms keeps events."""
    return {
        "since": to_iso(window.since) if window.since else None,
        "until": to_iso(window.until) if window.until else None,
    }


def completeness_document(completeness: Completeness) -> dict[str, Any]:
    """Return how much of the available data the answer covers."""
    return {
        "fetched": completeness.fetched,
        "total": completeness.total,
        "complete": completeness.complete,
        "notes": list(completeness.notes),
        "unreadable": completeness.unreadable,
    }


def counts_document(events: Sequence[ErrorEvent], by_type: Mapping[str, Count]) -> dict[str, Any]:
    """Return the numbers of distinct events, terminal events and peers.

    Events and terminal events are also counted by type.
    """
    return {
        "events": len(events),
        "terminal": sum(event.is_terminal for event in events),
        "peers": len(peers_of(events)),
        "by_type": {
            kind: {"events": count.events, "terminal": count.terminal}
            for kind, count in by_type.items()
        },
    }


def failure_document(event: ErrorEvent) -> dict[str, Any]:
    """Return one terminal event."""
    return {
        "event_id": event.id,
        "at": event.stamp or None,
        "type": event.type,
        "peer_id": event.peer_id,
        "user_id": event.user_id,
        "user_name": _optional_text(event.user_name),
        "session_id": event.session_id,
        "error_code": event.error_code,
        "error_name": _optional_text(event.error_name),
        "error_message": _optional_text(event.error_message),
        "error_description": _optional_text(event.error_description),
        "action": _optional_text(event.action),
    }


def error_document(
    error: BotError, reference: str, candidates: Sequence[Candidate] = ()
) -> dict[str, Any]:
    """Return the error instead of a report, and the candidates that may have been meant."""
    return {
        "version": VERSION,
        "error": {
            "headline": error.headline,
            "cause": error.cause,
            "next_step": error.next_step,
            "reference": reference,
        },
        "candidates": [
            {
                "kind": candidate.kind,
                "value": candidate.value,
                "label": candidate.label,
                "workspace": candidate.workspace,
                "created_at": to_iso(candidate.created_at) if candidate.created_at else None,
            }
            for candidate in candidates
        ],
    }


def choices_document(choices: Choices, reference: str) -> dict[str, Any]:
    """Return several matches as an error; each candidate says how to ask for it alone."""
    error = BotError(
        choices.note or "The text matches several rooms, people or calls.",
        headline="Several things match",
        next_step="Ask again with the `value` of the one you mean.",
    )
    return error_document(error, reference, choices.candidates)


def to_iso(moment: datetime) -> str:
    """Return a time in ISO 8601, UTC, ending in Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _optional_text(text: str | None) -> str | None:
    return None if text is None else safe_text(text)


_ID_FIELDS = {
    IdentifierKind.OBJECT: "room_id",
    IdentifierKind.ROOM: "room_id",
    IdentifierKind.SESSION: "session_id",
    IdentifierKind.UUID: "peer_id",
    IdentifierKind.PEER: "peer_id",
    IdentifierKind.USER: "user_id",
}
"""The field of an identifier's value by its kind; names and codes are no ids."""
_NARROWEST_FIRST = ("user_id", "peer_id", "session_id", "room_id")
"""The narrowest identifier is the subject of the question."""


def nothing_document(
    error: NothingFound,
    reference: str,
    query: LookupQuery,
    as_of: datetime,
    candidates: Sequence[Candidate] = (),
) -> dict[str, Any]:
    """Return the document of a look-up that found nothing: every field at zero, and the error.

    `candidates` are suggestions for the question.
    `target` is as asked: a bare 24-hex id is the room's and a bare UUID the peer's, since nothing
    says otherwise.
    """
    diagnosis_input = DiagnosisInput(room=None, now=as_of, known=False)
    no_impact = Impact(affected=0, in_room=0)
    verdict = verdict_without_errors(
        diagnosis_input, explain_no_errors(diagnosis_input, PersonIndex((), (), ())), no_impact
    )
    return {
        **error_document(error, reference, candidates),
        "target": _target_document(query),
        "as_of": to_iso(as_of),
        "completeness": completeness_document(Completeness(0, 0, complete=True)),
        "counts": counts_document((), count_by_type(())),
        "failures": [],
        "people": people_document(no_impact),
        "stories": [],
        "verdict": verdict_document(verdict, UNKNOWN_ID),
    }


def _target_document(query: LookupQuery) -> dict[str, str | None]:
    ids: dict[str, str | None] = dict.fromkeys(("room_id", "session_id", "peer_id", "user_id"))
    for identifier in query.clues:
        field = _ID_FIELDS.get(identifier.kind)
        if field and ids[field] is None:
            ids[field] = identifier.value
    narrowest = next((field for field in _NARROWEST_FIRST if ids[field] is not None), "room_id")
    return {"kind": narrowest.removesuffix("_id"), **ids}


_INDENT = 2
_INVISIBLE = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f]"
)
"""Controls beyond ASCII, bidi marks and other invisible characters."""


def to_json_text(value: object) -> str:
    """Return a small document as JSON text that may leave the bot: see `json_chunks`."""
    return _format_value(redact_all_for_output(value), 0)


def json_chunks(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield `json.dumps(document, ensure_ascii=False, indent=2)` in pieces.

    A value may be an iterator, which is written as a list. The exponent of a float may be written
    in another way.
    """
    before, redactor = "{", OutputRedactor()
    for name, value in document.items():
        yield f"{before}\n  {_format_value(redactor.redact(name), 1)}: "
        if isinstance(value, Iterator):
            yield from _list_chunks(map(redactor.redact_all, value))
        else:
            yield _format_value(redactor.redact_all(value), 1)
        before = ","
    yield "\n}" if before == "," else "{}"


def _list_chunks(items: Iterator[Any]) -> Iterator[str]:
    before = "["
    for item in items:
        yield f"{before}\n    {_format_value(item, 2)}"
        before = ","
    yield "\n  ]" if before == "," else "[]"


def _format_value(value: object, depth: int) -> str:
    """Return the indented JSON of a value.

    Line ends within strings are escaped, so that all remaining line ends belong to the layout.
    """
    text = _indent_json(value).replace("\n", "\n" + " " * _INDENT * depth)
    printable = text.isascii() and "\x7f" not in text
    return text if printable else _INVISIBLE.sub(_escape_match, text)


def _escape_match(match: re.Match[str]) -> str:
    """Return the character as JSON's escape: terminals show documents, too."""
    units = match[0].encode("utf-16-be")
    return "".join(
        f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True)
    )


def _indent_json(value: object) -> str:
    """Return indented JSON; the standard library is five times as slow for a thousand failures."""
    try:
        return to_json(value, indent=_INDENT).decode()
    except PydanticSerializationError:  # half a character, from a command line
        return json.dumps(value, ensure_ascii=False, indent=_INDENT)
