"""Which failures a thread tells one by one, and what each of them says."""

import json
import re

import pytest

from bot.domain.saved_lookup import decode, from_report
from bot.render.answer.thread_entries import entry_sources, position
from bot.render.export import export_files
from tests.support.events import change_event
from tests.support.reports.diagnosed_reports import (
    CATALOGUE,
    RENDERER,
    anchors,
    diagnosed,
    of_scenario,
)
from tests.support.reports.plain_reports import failure, report, shown

NAMES = [
    "symptom-named-in-the-text",
    "network-office-never-finds-a-path",
    "network-blip-of-one-in-six",
    "network-whole-team-behind-one-router",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_failure_that_stayed_and_every_terminal_event_has_an_entry(name: str) -> None:
    found = of_scenario(name)
    assert [detail.event.id for detail in entry_sources(found)] == [e.id for e in anchors(found)]


def test_without_a_diagnosis_the_terminal_events_are_the_entries() -> None:
    found = report(failure(1), failure(2, is_terminal=False), failure(3))
    assert [detail.event.id for detail in entry_sources(found)] == ["event-00001", "event-00003"]


def test_a_symptom_is_told_under_its_cause_and_not_beside_it() -> None:
    lost = failure(0, type="client.disconnected", error_code=1003, user_id="u", peer_id="p")
    sent = failure(3, type="client.publish.failed", error_code=4005, user_id="u", peer_id="p")
    found = diagnosed(report(lost, change_event(sent, is_terminal=False)))
    assert [detail.event.id for detail in entry_sources(found)] == ["event-00000"]
    told = shown(RENDERER.answer(found).replies[0])
    assert "+00:03   because of it: could not send audio or video, 4005" in told
    assert "more ids event-00003" in told


def test_what_happened_is_told_with_offsets_and_the_middle_of_many_is_counted() -> None:
    events = [failure(n * 10, id=f"e{n:02d}", user_id="u", peer_id="p") for n in range(9)]
    quiet = [
        failure(n * 10, id=e.id, user_id="u", peer_id="p", is_terminal=n == 8)
        for n, e in enumerate(events)
    ]
    told = shown(RENDERER.answer(diagnosed(report(*quiet))).replies[0])
    for words in (
        "+00:00   500 ServerErrors",
        "+00:20   again",
        "4 more",
        "+01:20   again, terminal",
    ):
        assert words in told
    assert "+00:40" not in told
    assert "more ids e00 e01 e02 e03 e04 e05 … and 2 more" in told
    assert "Ended: gave up (" in told


def test_later_terminal_events_of_a_story_refer_to_the_first() -> None:
    found = diagnosed(report(*(failure(n, user_id="u", peer_id="p") for n in range(3))))
    told = shown(RENDERER.answer(found).replies[0])
    assert told.count("The same failure as number 1") == 2
    assert told.count("order    from") == 1
    for number in range(3):
        assert told.count(f"event    event-{number:05d}") == 1


def test_a_terminal_event_of_a_recovered_failure_is_marked() -> None:
    found = of_scenario("outcome-terminal-drop-and-back-in-ten-minutes")
    marked = [one for one in found.diagnosis.stories if one.terminal]  # type: ignore[union-attr]
    assert {one.outcome for one in marked} == {"recovered"}
    told = shown(RENDERER.answer(found).replies[0])
    assert "· recovered" in told
    assert "Ended: recovered (" in told


def test_more_goes_on_where_the_reader_is_with_and_without_a_diagnosis() -> None:
    events = [failure(n, is_terminal=n % 2 == 0) for n in range(40)]
    plain = report(*events)
    whole = diagnosed(plain)
    handle = from_report(whole, after="event-00011", shown=12, private=False)
    assert position(whole, entry_sources(whole), handle) == 12
    assert position(plain, entry_sources(plain), handle) == 6
    gone = from_report(whole, after="gone", shown=99, private=False)
    assert position(plain, entry_sources(plain), gone) == 20


def test_show_more_reaches_every_entry_once() -> None:
    found = diagnosed(report(*(failure(n, is_terminal=n % 2 == 0) for n in range(120))))
    messages = list(RENDERER.private(found, messages=2))
    while messages[-1].blocks[-1]["type"] == "actions":
        value = messages[-1].blocks[-1]["elements"][0]["value"]
        messages.append(RENDERER.more(found, decode(value)))
    told = "\n".join(map(shown, messages[1:]))
    assert re.findall(r"event (event-\d+)", told) == [event.id for event in found.events]


def test_the_code_does_not_blame_a_network_where_numbers_showed_the_service() -> None:
    found = of_scenario("service-outage-in-three-guises")
    assert found.diagnosis
    assert found.diagnosis.verdict.cls == "service"
    assert {one.explanation.entry.owner for one in found.diagnosis.stories} >= {"user_network"}
    answer = RENDERER.answer(found)
    told = "".join(map(shown, (answer.opening, *answer.replies)))
    assert "Whose turn: 100ms." in told
    assert "Whose turn: the user's network" not in told
    rows = json.loads(export_files(found, CATALOGUE)[1].content)["failures"]
    assert {row["whose_turn"] for row in rows} == {"100ms"}


def test_a_recorder_is_told_nothing() -> None:
    found = of_scenario("bot-recorder-gives-up")
    answer = RENDERER.answer(found)
    told = "".join(map(shown, (answer.opening, *answer.replies)))
    assert "Whose turn: nobody. It is a recorder" in told
    assert "hotspot" not in told
    rows = json.loads(export_files(found, CATALOGUE)[1].content)["failures"]
    assert {row["whose_turn"] for row in rows} == {"nobody"}
