"""The documents of `lookup --json`: a report, or an error, for scripts. Version 3."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.domain.errors import BotError
from bot.domain.events import ErrorEvent
from bot.domain.report import Completeness, Count, Report, Window, count_by_type, peers_of
from bot.domain.target import Candidate, Choices
from bot.render.document_story import people_document, story_document, verdict_document
from bot.render.words import free

VERSION = 3


def document(report: Report) -> dict[str, Any]:
    """A report as one JSON document; ids and times as 100ms sent them, texts cleaned.

    Raises ValueError without a diagnosis: every document has a verdict.
    """
    parts = document_to_come(report).items()
    return {name: list(part) if isinstance(part, Iterator) else part for name, part in parts}


def document_to_come(report: Report) -> dict[str, Any]:
    """`document`, but failures and stories are iterators: a large room has 100,000 of them."""
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
        "as_of": instant(report.as_of),
        "window": window_document(report.window),
        "remarks": [free(remark) for remark in (*report.remarks, *report.notes)],
        "completeness": completeness_document(report.completeness),
        "counts": counts_document(report.events, report.by_type or count_by_type(report.events)),
        "failures": (failure_document(event) for event in report.events if event.is_terminal),
        "people": people_document(diagnosis.people, diagnosis),
        "stories": map(story_document, diagnosis.stories),
        "verdict": verdict_document(diagnosis.verdict),
    }


def window_document(window: Window) -> dict[str, Any]:
    """The time asked for, both ends included; null: as far as 100ms keeps events."""
    return {
        "since": instant(window.since) if window.since else None,
        "until": instant(window.until) if window.until else None,
    }


def completeness_document(seen: Completeness) -> dict[str, Any]:
    """What the answer saw of what there is."""
    return {
        "fetched": seen.fetched,
        "total": seen.total,
        "complete": seen.complete,
        "notes": list(seen.notes),
        "unreadable": seen.unreadable,
    }


def counts_document(events: Sequence[ErrorEvent], by_type: Mapping[str, Count]) -> dict[str, Any]:
    """Distinct events, terminal ones, peers, and the first two by type."""
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
    """One terminal event."""
    return {
        "event_id": event.id,
        "at": event.stamp or None,
        "type": event.type,
        "peer_id": event.peer_id,
        "user_id": event.user_id,
        "user_name": _text(event.user_name),
        "session_id": event.session_id,
        "error_code": event.error_code,
        "error_name": _text(event.error_name),
        "error_message": _text(event.error_message),
        "error_description": _text(event.error_description),
        "action": _text(event.action),
    }


def error_document(
    error: BotError, reference: str, candidates: Sequence[Candidate] = ()
) -> dict[str, Any]:
    """Why there is no report, and what may have been meant."""
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
                "kind": one.kind,
                "value": one.value,
                "label": one.label,
                "workspace": one.workspace,
                "created_at": instant(one.created_at) if one.created_at else None,
            }
            for one in candidates
        ],
    }


def choices_document(choices: Choices, reference: str) -> dict[str, Any]:
    """Several matches: an error whose candidates each say how to ask for just it."""
    error = BotError(
        choices.note or "Several things match.",
        headline="That may mean several things",
        next_step="Ask again with the `value` of the one you mean.",
    )
    return error_document(error, reference, choices.candidates)


def instant(moment: datetime) -> str:
    """ISO 8601, UTC, ending in Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text(text: str | None) -> str | None:
    return None if text is None else free(text)
