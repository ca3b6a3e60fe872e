"""What an answer says, and where its failures are found."""

import json
from dataclasses import replace

import pytest

from bot.domain.report import Completeness
from bot.domain.rooms import Session
from bot.domain.saved_lookup import decode, from_report
from bot.render.export import export_files
from bot.render.limits import MAX_JSON, json_length
from bot.render.message import Message
from bot.render.renderer import Renderer
from tests.support.reports.plain_reports import CATALOGUE, RENDERER, failure, report, shown

MANY = report(*(failure(number) for number in range(400)))


def handle_in(message: Message) -> str:
    value: str = message.blocks[-1]["elements"][0]["value"]
    return value


@pytest.mark.parametrize(
    ("fetched", "total", "line"),
    [
        (1204, 1204, "1,204 of 1,204 events read · as of 12:00 UTC · CD-"),
        (7, None, "7 of an unknown number of events read · as of 12:00 UTC · CD-"),
        (0, 0, "0 of 0 events read · as of 12:00 UTC · CD-"),
    ],
)
def test_completeness_line(fetched: int, total: int | None, line: str) -> None:
    seen = Completeness(fetched, total, complete=True)
    assert line in shown(RENDERER.answer(report(completeness=seen)).opening)


def test_hashed_names_are_cut() -> None:
    told = shown(RENDERER.answer(report(failure(1, user_name="ab" * 32))).replies[0])
    assert "abababab… (hashed) could not join" in told
    assert "ab" * 32 not in told


def test_only_a_real_session_id_gets_into_an_address() -> None:
    good, bad = "66ac5e989b41849dde50f549", "66ac5e989b41849dde50f549/../../evil"
    renderer = Renderer(CATALOGUE, dashboard="https://dash.example")
    found = report(failure(1, session_id=good), failure(2, session_id=bad))
    raw = json.dumps(renderer.answer(found).replies[0].blocks)
    assert raw.count("https://") == 1
    assert f"https://dash.example/session-details/{good}" in raw


def test_replies_are_as_few_as_the_limits_allow() -> None:
    answer = RENDERER.answer(report(*(failure(number) for number in range(60))))
    _, *details = answer.replies
    sizes = [json_length(reply.blocks) for reply in details]
    entry = json_length(RENDERER.answer(report(failure(0))).replies[0].blocks)
    assert max(sizes) <= MAX_JSON
    assert min(sizes[:-1]) > MAX_JSON - entry - 900


def test_what_the_table_does_not_hold_is_counted_and_reachable() -> None:
    answer = RENDERER.answer(MANY)
    assert answer.more is not None
    handle = decode(handle_in(answer.more))
    assert handle.shown == 100
    assert "300 terminal failures are not shown yet" in shown(answer.more)
    assert "The 300 before these follow below." in shown(answer.replies[0])
    assert [file.name for file in answer.files] == [
        "CD-ABCD2345-failures.csv",
        "CD-ABCD2345-failures.json",
    ]


def test_few_failures_need_neither_files_nor_button() -> None:
    answer = RENDERER.answer(report(failure(1)))
    assert answer.files == ()
    assert answer.more is None


def test_raw_texts_are_in_the_files_whole() -> None:
    long = "word " * 1000
    answer = RENDERER.answer(report(*(failure(n, error_description=long) for n in range(80))))
    assert "word" not in "".join(map(shown, answer.replies))
    assert long.strip() in answer.files[0].content
    assert long.strip() in answer.files[1].content


def test_more_goes_by_position_when_the_last_event_is_gone() -> None:
    handle = from_report(MANY, after="gone", shown=398, private=False, newest_first=True)
    message = RENDERER.more(MANY, handle)
    assert message.part == "more-event-00001"
    assert "Failures 399 to 400 of 400" in shown(message)
    assert message.blocks[-1]["type"] != "actions"


def test_more_after_the_last_failure_says_so() -> None:
    handle = from_report(MANY, after="event-00399", shown=400, private=False)
    message = RENDERER.more(MANY, handle)
    assert "That was all" in message.text
    assert message.part == "more-end-400"


def test_private_answer_counts_what_it_leaves_out() -> None:
    messages = RENDERER.private(MANY, messages=2)
    handle = decode(handle_in(messages[-1]))
    assert handle.private
    assert f"{400 - handle.shown} more are not shown yet" in shown(messages[-1])


def test_private_answer_in_one_message_holds_opening_and_failures() -> None:
    [message] = RENDERER.private(report(failure(1), failure(2)), messages=1, note="Only you.")
    told = shown(message)
    for word in ("Only you.", "2 of them terminal", "event-00001", "event-00002", "Ann 2"):
        assert word in told


def test_a_huge_user_id_gets_words_in_place_of_a_button() -> None:
    target = replace(MANY.target, kind="user", user_id="u" * 3000)
    answer = RENDERER.answer(replace(MANY, target=target))
    assert answer.more is not None
    assert "Too many to list here" in shown(answer.more)
    assert [block["type"] for block in answer.more.blocks] == ["rich_text"]


def test_part_of_a_strange_event_id_is_a_hash() -> None:
    events = [failure(number, id=f"<{number:05d}>" * 9) for number in range(300)]
    found = report(*events)
    handle = from_report(found, after=events[9].id, shown=10, private=False)
    part = RENDERER.more(found, handle).part
    assert part.startswith("more-")
    assert part.removeprefix("more-").isalnum()


def test_session_page_is_linked_from_the_opening() -> None:
    session = Session("66ac5e989b41849dde50f549", "65af97002889d74ef8d1e18f", "main")
    target = replace(MANY.target, kind="session", session=session)
    raw = json.dumps(RENDERER.answer(report(target=target)).opening.blocks)
    assert "https://dashboard.100ms.live/session-details/66ac5e989b41849dde50f549" in raw


def test_every_documented_field_is_in_the_files() -> None:
    facts = {
        "session_id": "66ac5e989b41849dde50f549",
        "room_id": "75af97002889d74ef8d1e18f",
        "template_id": "649299b38fa2aaa45e69b777",
        "account_id": "61a4b18df0fd8f05f19aef53",
        "role": "speaker",
        "error_description": "a longer reason",
        "action": "RECONNECT",
        "domain": "CUSTOM",
        "transport_state": "Reconnecting",
        "endpoint": "https://init.example/init",
        "retries_join": 4,
        "media": (("Audio", "32 kbps"), ("Video", "30 fps"), ("Cameras", "Built-in")),
        "extras": (("rtt", "250"),),
    }
    told = "".join(one.content for one in export_files(report(failure(1, **facts)), CATALOGUE))
    singles = [str(value) for value in facts.values() if not isinstance(value, tuple)]
    pairs = ["Audio: 32 kbps", "Video: 30 fps", "Cameras: Built-in", "rtt: 250"]
    for word in (*singles, *pairs, "event-00001", "Peer-00001", "user-00001", "Ann 1"):
        assert word in told
