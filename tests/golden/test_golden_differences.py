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
from bot.render.answer.standing import (
    FREE,
    RELEASE,
    RELEASED,
    TAKE,
    UNDER_WAY,
    taken_already_words,
    taken_words,
    unchanged_words,
    with_earlier,
    with_taken,
)
from tests.support.reports.call_builders import ROOM, at, crowd, event, peer, session
from tests.support.reports.diagnosed_reports import RENDERER, of_case
from tests.support.reports.plain_text import plain_text

LOST = "local candidate - undefined; remote candidate - undefined"


def call(
    minutes: float,
    *events: ErrorEvent,
    people: int = 8,
    out: float | None = None,
    back: float = 0,
    gone: float | None = None,
    **facts: Any,
) -> Report:
    """Return the report on a running call after so many minutes.

    Ann is `out` of it from that second, `back` in it later, and `gone` again.
    """
    named = [peer(who, 0, None) for who in ("ben", "cy")]
    named.append(peer("ann", 0, 61 if ANN_OUT in events else out))
    if back:
        named.append(peer("ann", back, gone, "-2"))
    sessions: tuple[Session, ...] = (session(*named, *crowd(people - 3), ends=None),)
    case = DiagnosisInput(
        **{"room": ROOM, "now": at(minutes * 60), "events": events, "sessions": sessions, **facts}
    )
    return of_case(case)


def later_call(minutes: float, *events: ErrorEvent) -> Report:
    """Return the report on a room whose call ended after an hour, and that has another one now."""
    first, second = (
        session(
            *(peer(who, start, end, tag) for who in ("ann", "ben", "cy")),
            *crowd(5),
            ends=end,
        )
        for start, end, tag in ((0, 3600, ""), (4500, None, "-2"))
    )
    second = replace(second, id="second-session", created_at=at(4500))
    return call(minutes, *events, sessions=(first, second))


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


def dropped(who: str, seconds: float, *, final: bool = True, **facts: Any) -> ErrorEvent:
    facts |= {"is_terminal": final, "user_name": who.capitalize()}
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
ANN_RETRIES = dropped("ann", 60, final=False)
ANN_GIVES_UP = dropped("ann", 120)
ANN_AGAIN = dropped("ann", 1260, peer_id="p-ann-2")
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
    "one did not recover": (
        call(1.1, ANN_RETRIES),
        call(9, ANN_RETRIES, ANN_GIVES_UP, out=121),
    ),
    "one failed again": (
        call(20, ANN_OUT, back=120),
        call(40, ANN_OUT, ANN_AGAIN, back=120, gone=1261),
    ),
    "fewer errors": (call(5, *ANN, *blocked("ann", 200, 3)), call(9, *ANN)),
    "a new call without errors": (call(5, *ANN), later_call(90, *ANN)),
    "unchanged": (call(5, *ANN), call(9, *ANN)),
    "nothing new in what was read": (call(5, *ANN), unread(call(9, *ANN))),
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
    if difference.tells_nothing:  # for the presser alone; the opening stays
        words = unchanged_words(difference, after.as_of)
        return plain_text(RENDERER.line("unchanged-1", words).blocks)
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


def test_lines_for_the_presser_and_lines_in_the_thread(snapshot: SnapshotAssertion) -> None:
    private = (UNDER_WAY, taken_already_words("Bob"), FREE)
    lines = [RENDERER.line("unchanged-1", words) for words in private]
    for words, action_id in ((taken_words("Bob"), RELEASE), (RELEASED, TAKE)):
        lines.append(RENDERER.taken_line("changed-1", words, action_id, "{}"))
    assert "\n".join(plain_text(line.blocks) for line in lines) == snapshot


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
