"""The document for an id that nothing is known by: an error and, as every answer, a verdict."""

from datetime import datetime
from typing import Any

from bot.domain.diagnosis import Case, People
from bot.domain.diagnosis.nothing import nothing_of
from bot.domain.diagnosis.people import Crowd
from bot.domain.diagnosis.verdict import verdict_of_nothing
from bot.domain.errors import NothingFound
from bot.domain.question import Kind, Question
from bot.domain.report import Completeness, count_by_type
from bot.render.document import (
    completeness_document,
    counts_document,
    error_document,
    instant,
)
from bot.render.document_story import people_document, verdict_document

_FIELDS = {
    Kind.OBJECT: "room_id",
    Kind.ROOM: "room_id",
    Kind.SESSION: "session_id",
    Kind.UUID: "peer_id",
    Kind.PEER: "peer_id",
    Kind.USER: "user_id",
}
"""Where a clue's value goes; names and codes are no ids."""
_GRAVEST = ("user_id", "peer_id", "session_id", "room_id")
"""The narrowest thing asked for is what the question was about."""


def nothing_document(
    error: NothingFound, reference: str, question: Question, as_of: datetime
) -> dict[str, Any]:
    """Everything that an answer holds, at zero, beside the error.

    `target` is as asked: a bare 24-hex id stands as the room's and a bare UUID as the peer's,
    since nothing says otherwise.
    """
    case = Case(room=None, now=as_of, known=False)
    nobody = People(affected=0, in_room=0)
    verdict = verdict_of_nothing(case, nothing_of(case, Crowd((), (), ())), nobody)
    return {
        **error_document(error, reference),
        "target": _target(question),
        "as_of": instant(as_of),
        "completeness": completeness_document(Completeness(0, 0, complete=True)),
        "counts": counts_document((), count_by_type(())),
        "failures": [],
        "people": people_document(nobody),
        "stories": [],
        "verdict": verdict_document(verdict),
    }


def _target(question: Question) -> dict[str, str | None]:
    ids: dict[str, str | None] = dict.fromkeys(("room_id", "session_id", "peer_id", "user_id"))
    for clue in question.clues:
        field = _FIELDS.get(clue.kind)
        if field and ids[field] is None:
            ids[field] = clue.value
    asked = next((field for field in _GRAVEST if ids[field] is not None), "room_id")
    return {"kind": asked.removesuffix("_id"), **ids}
