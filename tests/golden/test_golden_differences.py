"""Each kind of difference that a person can read: two openings, and the line between them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.answer_log import EarlierAnswer
from bot.domain.diagnosis import DiagnosisInput
from bot.domain.difference import compare, facts_of
from bot.domain.events import ErrorEvent
from bot.domain.privacy.personal_names import Names
from bot.domain.privacy.report_names import apply_names
from bot.domain.report import Completeness, Report
from bot.domain.rooms import Session
from bot.render.answer.standing import with_earlier, with_taken
from tests.support.reports.call_builders import ROOM, at, crowd, event, peer, session
from tests.support.reports.diagnosed_reports import RENDERER, of_case
from tests.support.reports.plain_text import plain_text

LOST = "local candidate - undefined; remote candidate - undefined"


def call(
    minutes: float, *events: ErrorEvent, people: int = 8, back: float = 0, **facts: Any
) -> Report:
    """Return the report on a running call after so many minutes; Ann is `back` in it from then."""
    named = [peer(who, 0, None) for who in ("ben", "cy")]
    named.append(peer("ann", 0, 61 if ANN_OUT in events else None))
    if back:
        named.append(peer("ann", back, None, "-2"))
    sessions: tuple[Session, ...] = (session(*named, *crowd(people - 3), ends=None),)
    case = DiagnosisInput(
        **{"room": ROOM, "now": at(minutes * 60), "events": events, "sessions": sessions, **facts}
    )
    return of_case(case)


def blocked(who: str, first: float = 60, number: int = 2) -> Iterable[ErrorEvent]:
    """Yield the events of a person whose media were blocked."""
    for index in range(number):
        seconds, final = first + index, index == number - 1
        yield event(
            f"{who}-{first}-{index}",
            seconds,
            "publish",
            4005,
            who=who,
            is_terminal=final,
            user_name=who.capitalize(),
            error_description=LOST,
        )


def dropped(who: str, seconds: float) -> ErrorEvent:
    name = who.capitalize()
    facts: dict[str, Any] = {"is_terminal": True, "user_name": name}
    return event(f"{who}-{seconds}", seconds, "disconnected", 1003, who=who, **facts)


def unread(report: Report) -> Report:
    """Return the report as if the disconnect errors had not been read."""
    kinds = ("client.disconnected",)
    seen = Completeness(len(report.events), None, complete=False, types_unread=kinds)
    assert report.diagnosis is not None
    verdict = replace(report.diagnosis.verdict, unread=("disconnect errors",))
    diagnosis = replace(report.diagnosis, verdict=verdict)
    return replace(report, completeness=seen, diagnosis=diagnosis)


ANN = tuple(blocked("ann"))
BEN = tuple(blocked("ben", 300, 3))
CY = tuple(blocked("cy", 320))
EVERYBODY = tuple(
    dropped(who, 600 + index) for index, who in enumerate(["ann", "ben", "cy", *map(str, range(8))])
)
ANN_OUT = dropped("ann", 60)
PAIRS: dict[str, tuple[Report, Report]] = {
    "more errors": (call(5, *ANN), call(9, *ANN, *blocked("ann", 400, 3))),
    "one is new": (call(5, *ANN), call(9, *ANN, *BEN)),
    "two are new": (call(5, *ANN), call(9, *ANN, *BEN, *CY)),
    "one recovered": (call(5, ANN_OUT), call(20, ANN_OUT, back=120)),
    "one recovered and one is new": (call(5, ANN_OUT), call(20, ANN_OUT, *BEN, back=120)),
    "another verdict": (
        call(5, *ANN, people=12),
        call(30, *ANN, *EVERYBODY, people=12),
    ),
    "the first errors": (call(1), call(5, *ANN)),
    "read in part": (call(5, *ANN), unread(call(9, *ANN, *BEN))),
    "read in full": (unread(call(5, *ANN)), call(9, *ANN, *BEN)),
}


def text_of(before: Report, after: Report, names: Names) -> str:
    """Return both openings and the line between them, as people read them."""
    difference = compare(facts_of(before), facts_of(after))
    shown = [apply_names(report, names) for report in (before, after)]
    line = RENDERER.difference(
        shown[1], difference=difference, since=before.as_of, with_sentence=False
    )
    openings = [RENDERER.answer(report).opening for report in shown]
    parts = (
        plain_text(openings[0].blocks),
        plain_text(line.blocks),
        plain_text(openings[1].blocks),
    )
    return "\n\n".join(parts)


@pytest.mark.parametrize("kind", PAIRS)
def test_pair(kind: str, snapshot: SnapshotAssertion) -> None:
    assert text_of(*PAIRS[kind], Names.FULL) == snapshot


@pytest.mark.parametrize("names", [Names.SHORT, Names.NONE])
def test_pair_with_fewer_names(names: Names, snapshot: SnapshotAssertion) -> None:
    assert text_of(*PAIRS["one recovered and one is new"], names) == snapshot


def test_opening_with_all_that_is_added_to_it(snapshot: SnapshotAssertion) -> None:
    report = PAIRS["one is new"][1]
    earlier = EarlierAnswer("https://example.slack.com/archives/C0ONCALL/p1767225540000100", at(0))
    opening = with_earlier(RENDERER.answer(report).opening, earlier)
    assert plain_text(with_taken(opening, "Bob").blocks) == snapshot


def test_line_where_the_opening_cannot_be_edited(snapshot: SnapshotAssertion) -> None:
    before, after = PAIRS["another verdict"]
    difference = compare(facts_of(before), facts_of(after))
    line = RENDERER.difference(after, difference=difference, since=before.as_of, with_sentence=True)
    assert plain_text(line.blocks) == snapshot
