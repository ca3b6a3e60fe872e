"""Which failures a thread tells one by one, and what each of them says."""

import json
from dataclasses import replace

import pytest

from bot.domain.report import Report
from bot.domain.saved_lookup import decode, from_report
from bot.render.answer.entry_selection import entry_sources, unseen_sources
from bot.render.answer.thread_entry import EntryBuilder, ThreadEntry
from bot.render.export import export_files
from bot.render.message import Message
from tests.support.events import change_event
from tests.support.reports.diagnosed_reports import (
    CATALOGUE,
    RENDERER,
    anchors,
    diagnosed,
    of_scenario,
)
from tests.support.reports.plain_reports import failure, report, shown

EVERY = [
    "symptom-named-in-the-text",
    "network-office-never-finds-a-path",
    "network-blip-of-one-in-six",
    "network-whole-team-behind-one-router",
    "story-retry-pair",
    "device-blips-of-others-weigh-nothing",
]


def told_in(found: Report) -> str:
    return "\n".join(map(shown, RENDERER.answer(found).replies))


def entries_of(found: Report) -> list[ThreadEntry]:
    builder = EntryBuilder(found, CATALOGUE, "https://dashboard.example")
    return [builder.entry(source) for source in entry_sources(found)]


@pytest.mark.parametrize("name", EVERY)
def test_every_failure_that_stayed_and_every_terminal_event_is_in_one_entry(name: str) -> None:
    found = of_scenario(name)
    rows = [row.id for source in entry_sources(found) for row in source.rows]
    assert len(rows) == len(set(rows))
    assert {event.id for event in anchors(found)} <= set(rows)


def test_without_a_diagnosis_the_terminal_events_are_the_entries_latest_first() -> None:
    found = report(failure(1), failure(2, is_terminal=False), failure(3))
    assert [source.event.id for source in entry_sources(found)] == ["event-00003", "event-00001"]


def test_the_latest_failure_comes_first() -> None:
    found = diagnosed(report(*(failure(n * 100) for n in range(5))))
    starts = [source.rows[0].at for source in entry_sources(found)]
    assert starts == sorted(starts, reverse=True)
    assert [source.number for source in entry_sources(found)] == [1, 2, 3, 4, 5]


def test_a_consequence_stands_with_its_cause() -> None:
    lost = failure(0, type="client.disconnected", error_code=1003, user_id="u", peer_id="p")
    sent = failure(3, type="client.publish.failed", error_code=4005, user_id="u", peer_id="p")
    found = diagnosed(report(lost, change_event(sent, is_terminal=False)))
    [entry] = entries_of(found)
    assert entry.headline.startswith("Ann 0 was disconnected: did not reconnect")
    assert entry.steps[1] == "2. +0:03 sending failed, 4005; end not known"
    assert entry.ids.startswith("event event-00000 event-00003 ")


def test_sending_and_receiving_that_failed_alike_are_one_entry() -> None:
    facts = {"error_code": 4005, "user_id": "u", "peer_id": "p", "user_name": "Marta L."}
    found = diagnosed(
        report(
            failure(0, type="client.publish.failed", **facts),
            failure(2, type="client.subscribe.failed", **facts),
        )
    )
    [entry] = entries_of(found)
    assert entry.headline == "Marta L. could not send or receive audio or video: did not recover"
    assert "event-00000" in entry.ids
    assert "event-00002" in entry.ids


def test_a_failure_an_hour_later_is_another_entry() -> None:
    facts = {"error_code": 4005, "user_id": "u", "peer_id": "p"}
    found = diagnosed(
        report(
            failure(0, type="client.publish.failed", **facts),
            failure(3600, type="client.subscribe.failed", **facts),
        )
    )
    assert len(entries_of(found)) == 2


def test_what_happened_is_told_in_order_and_repeats_are_counted() -> None:
    events = [
        failure(n * 10, id=f"e{n:02d}", user_id="u", peer_id="p", is_terminal=n == 8)
        for n in range(9)
    ]
    [entry] = entries_of(diagnosed(report(*events)))
    assert entry.steps == (
        "1. 12:00:00 UTC 500",
        "2. +1:20 failed 8 times more, SDK stopped",
    )
    assert entry.ids.startswith("event e08 e00 e01 e02 e03 e04 (+3 in the files)")
    assert entry.cut


def test_all_ids_of_an_entry_are_in_the_files() -> None:
    events = [failure(n * 10, user_id="u", peer_id="p", is_terminal=n == 8) for n in range(9)]
    answer = RENDERER.answer(diagnosed(report(*events)))
    assert len(answer.files) == 2
    for event in events:
        assert event.id in answer.files[0].content
        assert event.id in answer.files[1].content


def test_several_terminal_events_of_a_failure_are_one_entry() -> None:
    found = diagnosed(report(*(failure(n, user_id="u", peer_id="p") for n in range(3))))
    [entry] = entries_of(found)
    assert entry.ids.startswith("event event-00000 event-00001 event-00002 · peer p · user u")


def test_a_terminal_event_of_a_recovered_failure_says_so() -> None:
    found = of_scenario("outcome-terminal-drop-and-back-in-ten-minutes")
    assert {one.outcome for one in found.diagnosis.stories if one.terminal} == {"recovered"}  # type: ignore[union-attr]
    assert all(entry.headline.endswith(": recovered") for entry in entries_of(found))


def test_meaning_and_next_step_stand_once_for_each_cause() -> None:
    told = told_in(of_scenario("network-office-never-finds-a-path"))
    assert told.count("Next: ") == 1
    assert told.count("What happened: 1. ") == 4


def test_raw_texts_of_ice_are_in_the_files_only() -> None:
    raw = "local candidate - candidate:1267 1 udp 41886207 typ relay raddr"
    found = diagnosed(
        report(*(failure(n, error_description=raw, error_message=raw) for n in range(80)))
    )
    answer = RENDERER.answer(found)
    assert "candidate" not in "".join(map(shown, answer.replies))
    assert raw in answer.files[1].content


def test_seventy_five_failures_fit_six_messages_and_a_thread_ten() -> None:
    uuid = "d3c36848-df68-4ab9-bae0-c99261b9eb{:02d}"
    events = [
        failure(
            n * 60 + again,
            id=uuid.format(n)[:-4] + f"{again}{n:03d}",
            peer_id=uuid.format(n),
            user_id=f"participant-{n}@customer.example.com",
            user_name=f"Maximiliana Oberhauser-Lindqvist {n}",
            session_id="66ac5e989b41849dde50f549",
            role="participant",
            action="RECONNECT_SIGNAL",
        )
        for n in range(75)
        for again in range(8)
    ]
    answer = RENDERER.answer(diagnosed(report(*events)))
    table, *details = answer.replies
    assert "75 failures of 75 people" in shown(table)
    assert len(details) <= 6
    assert sum(shown(each).count("What happened: 1. ") for each in details) == 75
    pictures, chart, files_message = 1, 1, 1
    assert pictures + chart + len(answer.replies) + files_message <= 10


def test_the_first_reply_counts_events_and_terminal_events() -> None:
    found = of_scenario("service-outage-in-three-guises")
    first = shown(RENDERER.answer(found).replies[0])
    assert first.startswith("7 failures of 7 people\n · 7 events, 7 of them terminal")


@pytest.mark.parametrize(("number", "shown_once"), [(500, "(500)"), (503, "(503)")])
def test_the_table_tells_a_code_once(number: int, shown_once: str) -> None:
    found = diagnosed(report(*(failure(n, error_code=number) for n in range(3))))
    table = next(one for one in RENDERER.answer(found).replies[0].blocks if "rows" in one)
    causes = [json.dumps(row[3]) for row in table["rows"][1:]]
    assert len(causes) == 3
    assert all(cause.count("(") == 1 and shown_once in cause for cause in causes)


def of_many(number: int) -> Report:
    return diagnosed(report(*(failure(n * 30) for n in range(number))))


def test_the_number_in_the_thread_is_the_number_shown() -> None:
    """B4: an answer promised all failures in detail and showed fifty."""
    answer = RENDERER.answer(of_many(388))
    table, *details = answer.replies
    assert "388 failures of 388 people" in shown(table)
    rows = next(block["rows"] for block in table.blocks if block["type"] == "data_table")
    assert len(rows) == 101
    assert "The 288 before these follow below." in shown(table)
    told = sum(shown(each).count("What happened: ") for each in details)
    assert f"Details of the latest {told} failures" in shown(details[0])
    assert f"The {388 - told} before these are in the files" in shown(details[-1])
    assert len(answer.files) == 2
    assert answer.more is not None
    assert "288 failures are not shown yet" in shown(answer.more)


def numbers_in(message: Message) -> list[int]:
    rows = next(one["rows"] for one in message.blocks if one["type"].endswith("table"))
    return [int(row[0]["text"]) for row in rows[1:]]


def press(found: Report, message: Message) -> Message | None:
    last = message.blocks[-1]
    if last["type"] != "actions":
        return None
    return RENDERER.more(found, decode(last["elements"][0]["value"]))


def test_show_more_reaches_400_failures_in_16_presses_at_least_25_each() -> None:
    found = of_many(400)
    answer = RENDERER.answer(found)
    numbers, message = numbers_in(answer.replies[0]), answer.more
    presses = 0
    while message and (message := press(found, message)):
        presses += 1
        page = numbers_in(message)
        assert len(page) >= 25 or page[-1] == 400
        numbers += page
    assert presses <= 16
    assert numbers == list(range(1, 401))


def test_a_private_answer_is_the_opening_and_a_table_and_leads_to_every_failure() -> None:
    found = of_many(300)
    opening, message = RENDERER.private(found, messages=5)
    assert opening.part == "opening"
    head = next(one["rows"][0] for one in message.blocks if one["type"] == "data_table")
    assert [cell["text"] for cell in head] == ["#", "When", "Who", "Why", "How it ended", "Event"]
    numbers, more = numbers_in(message), press(found, message)
    while more:
        numbers += numbers_in(more)
        more = press(found, more)
    assert numbers == list(range(1, 301))


def test_a_button_of_an_earlier_release_goes_on_towards_the_latest() -> None:
    found = of_many(120)
    old = from_report(found, after="event-01470", shown=50, private=False)
    assert not old.newest_first
    message: Message | None = RENDERER.more(found, old)
    numbers: list[int] = []
    while message:
        numbers += numbers_in(message)
        message = press(found, message)
    assert numbers == list(range(70, 0, -1))


def test_more_goes_on_where_the_reader_is_if_the_list_changed() -> None:
    found = of_many(40)
    sources = entry_sources(found)
    seen = from_report(found, after=sources[9].event.id, shown=10, private=False, newest_first=True)
    assert unseen_sources(found, sources, seen)[0].number == 11
    gone = replace(seen, after="gone", shown=38)
    assert [one.number for one in unseen_sources(found, sources, gone)] == [39, 40]


def test_the_code_does_not_blame_a_network_where_numbers_showed_the_service() -> None:
    found = of_scenario("service-outage-in-three-guises")
    assert found.diagnosis
    assert found.diagnosis.verdict.cls == "service"
    assert {one.explanation.entry.owner for one in found.diagnosis.stories} >= {"user_network"}
    answer = RENDERER.answer(found)
    told = "".join(map(shown, (answer.opening, *answer.replies)))
    assert "Next: On-call: check status.100ms.live" in told
    assert "Next: User: " not in told
    rows = json.loads(export_files(found, CATALOGUE)[1].content)["failures"]
    assert {row["whose_turn"] for row in rows} == {"100ms"}


def test_a_recorder_is_told_nothing() -> None:
    """B10: a recorder was told to try a hotspot."""
    found = of_scenario("bot-recorder-gives-up")
    answer = RENDERER.answer(found)
    told = "".join(map(shown, (answer.opening, *answer.replies)))
    assert "Next: No action needed: this is a recorder." in told
    assert "hotspot" not in told
    rows = json.loads(export_files(found, CATALOGUE)[1].content)["failures"]
    assert {row["whose_turn"] for row in rows} == {"nobody"}
