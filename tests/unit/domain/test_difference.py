"""The difference of two answers: what counts as one, and its line."""

import json
from dataclasses import asdict, replace

import pytest

from bot.domain.diagnosis import Outcome, VerdictClass
from bot.domain.difference import (
    AnswerFacts,
    PersonFacts,
    compare,
    difference_line,
    facts_of,
    person_digest,
)
from tests.support.reports.diagnosed_reports import of_scenario

NAMES = {"a": "Ann", "b": "Ben", "c": "Cy", "d": "Di"}


def person(key: str, outcome: Outcome = "gave_up", *others: str) -> PersonFacts:
    return PersonFacts((key, *others), outcome)


def facts(events: int, *people: PersonFacts, verdict: VerdictClass = "user_network") -> AnswerFacts:
    return AnswerFacts(events, len(people), verdict, likely=False, unread=False, people=people)


def line(before: AnswerFacts, after: AnswerFacts, names: dict[str, str] = NAMES) -> str:
    return difference_line(compare(before, after), names)


ANN_OUT = facts(2, person("a"))


PARTIAL_CHANGE = (
    "Partial answer: verdict changed: their network → 100ms outage (at least 2 people by now)"
)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (facts(5, person("a")), "+3 errors; verdict unchanged"),
        (facts(3, person("a")), "+1 error; verdict unchanged"),
        (facts(1, person("a")), "1 error fewer; verdict unchanged"),
        (facts(2, person("a", "recovered")), "Ann recovered; verdict unchanged"),
        (
            facts(5, person("a", "recovered"), person("b")),
            "+3 errors, Ann recovered, Ben is new; verdict unchanged",
        ),
        (
            facts(5, person("a"), person("b"), person("c")),
            "+3 errors, Ben and Cy are new; verdict unchanged",
        ),
        (
            facts(9, *(person(key) for key in "abcde")),
            "+7 errors, 4 people are new; verdict unchanged",
        ),
        (
            facts(1202, person("a"), person("z")),
            "+1,200 errors, 1 person is new; verdict unchanged",
        ),
        (
            facts(13, person("a"), *(person(key) for key in "bcdefghijk"), verdict="service"),
            "verdict changed: their network → 100ms outage (11 people by now)",
        ),
        (
            facts(2, person("a"), verdict="device"),
            "verdict changed: their network → camera or microphone (1 person by now)",
        ),
        (
            replace(facts(2, person("a"), verdict="app"), likely=True),
            "verdict changed: their network → the app (1 person by now) · likely",
        ),
        (
            replace(ANN_OUT, likely=True),
            "no new errors; verdict unchanged, now only likely",
        ),
        (
            replace(facts(5, person("a")), unread=True),
            "Partial answer: at least +3 errors; verdict unchanged",
        ),
        (
            replace(facts(5, person("a"), person("b"), verdict="service"), unread=True),
            PARTIAL_CHANGE,
        ),
    ],
)
def test_a_difference_is_told_in_one_line(after: AnswerFacts, told: str) -> None:
    assert line(ANN_OUT, after) == told


def test_how_it_went_on_for_those_whose_end_was_open() -> None:
    before = facts(4, person("a", "left"), person("b", "recovered"), person("c", "unknown"))
    after = facts(4, person("a", "blocked"), person("b", "unknown"), person("c", "left"))
    assert line(before, after) == "Ann did not recover, Ben failed again; verdict unchanged"


def test_a_call_without_errors_may_get_some() -> None:
    quiet = AnswerFacts(0, 0, "none", likely=False, unread=False)
    assert line(quiet, ANN_OUT) == ("verdict changed: no errors → their network (1 person by now)")


def test_a_partial_answer_that_is_read_whole_calls_nobody_new() -> None:
    before = replace(ANN_OUT, unread=True)
    assert line(before, facts(12, person("a"), person("b"), person("c"))) == (
        "everything could be read now: 12 errors, 3 people; verdict unchanged"
    )


def test_people_are_the_same_by_any_of_their_ids() -> None:
    rejoined = facts(2, person("peer-2", "gave_up", "a"))
    assert compare(ANN_OUT, rejoined).is_none
    assert not compare(ANN_OUT, facts(2, person("peer-2"))).is_none


def test_hidden_and_equal_names_are_counted() -> None:
    after = facts(5, person("a", "recovered"), person("b"), person("c"))
    told = "+3 errors, 1 person recovered, 2 people are new; verdict unchanged"
    assert line(ANN_OUT, after, {}) == told
    assert line(ANN_OUT, after, {"b": "Sam", "c": "Sam"}) == told


def test_the_facts_of_a_report_name_nobody_and_come_back_from_their_record() -> None:
    report = of_scenario("network-one-firewall-among-ten")
    assert report.diagnosis is not None
    found = facts_of(report)
    assert (found.events, found.affected) == (
        len(report.events),
        report.diagnosis.focus.people.affected,
    )
    assert found.verdict == report.diagnosis.verdict.cls
    stored = json.dumps(found.to_record())
    assert AnswerFacts.from_record(json.loads(stored)) == found
    for story in report.diagnosis.stories:
        for name in (*story.person.names, *story.person.peer_ids, story.person.user_id or "-"):
            assert name == "-" or name.casefold() not in stored.casefold()
    known = {mark for one in found.people for mark in one.digests}
    peers = [peer for story in report.diagnosis.stories for peer in story.person.peer_ids]
    assert set(map(person_digest, peers)) <= known
    assert compare(found, found).is_none
    assert asdict(found)["people"]
