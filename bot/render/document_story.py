"""What was diagnosed, as parts of the document: people, stories, verdict."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from bot.domain.diagnosis import Diagnosis, People, Share, Story, Verdict
from bot.render.words import free


def people_document(people: People, diagnosis: Diagnosis | None = None) -> dict[str, Any]:
    """How far it reaches. Calls are named by person, so they need the diagnosis."""
    persons = {person.key: person for person in diagnosis.persons} if diagnosis else {}
    calls = [(persons[key], number) for key, number in people.failed_calls if key in persons]
    return {
        "affected": people.affected,
        "in_room": people.in_room,
        "failed_for_good": people.failed_for_good,
        "recovered": people.recovered,
        "unclear": people.unclear,
        "by_role": _shares(people.by_role),
        "by_platform": _shares(people.by_platform),
        "by_os": _shares(people.by_os),
        "by_sdk_version": _shares(people.by_sdk_version),
        "by_path": _shares(people.by_path),
        "failed_calls": [
            {"user_id": one.user_id, "peer_ids": list(one.peer_ids), "calls": number}
            for one, number in calls
        ],
    }


def _shares(shares: Iterable[Share]) -> list[Mapping[str, Any]]:
    return [
        {"label": free(one.label), "affected": one.affected, "total": one.total} for one in shares
    ]


def story_document(story: Story) -> dict[str, Any]:
    """One failure; ids and times as 100ms sent them."""
    return {
        "id": story.id,
        "peer_ids": list(story.peer_ids),
        "user_id": story.user_id,
        "bot": story.bot,
        "type": story.type,
        "action": _text(story.action),
        "error_code": story.error_code,
        "error_name": _text(story.error_name),
        "platform": story.platform,
        "first_at": story.first_stamp or None,
        "last_at": story.last_stamp or None,
        "events": story.events,
        "event_ids": list(story.event_ids),
        "terminal": story.terminal,
        "outcome": story.outcome,
        "evidence": _told(story.evidence),
        "symptom_of": story.symptom_of,
    }


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """Whose fault, how sure (0 to 1), and why."""
    return {
        "class": verdict.cls,
        "confidence": verdict.confidence,
        "words": verdict.words,
        "evidence": [free(line) for line in verdict.evidence],
        "changes_if": verdict.changes_if,
        "next_steps": list(verdict.next_steps),
        "update": free(verdict.update) or None,
    }


def _text(text: str | None) -> str | None:
    return None if text is None else _told(text)


@lru_cache(1024)
def _told(text: str) -> str:
    """As `free`: a flood of failures has few words."""
    return free(text)
