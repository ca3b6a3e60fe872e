"""What an answer says, and where its failures are found."""

import json
from dataclasses import replace

import pytest

from bot.domain.report import Completeness
from bot.domain.rooms import Session
from bot.domain.saved_lookup import decode, from_report
from bot.render.message import Message
from bot.render.renderer import Renderer
from tests.support.reports.plain_reports import CATALOGUE, NOON, RENDERER, failure, report, shown

MANY = report(*(failure(number) for number in range(400)))


def handle_in(message: Message) -> str:
    value: str = message.blocks[-1]["elements"][0]["value"]
    return value


@pytest.mark.parametrize(
    ("fetched", "total", "line"),
    [
        (1204, 1204, "1,204 of 1,204 events read · 12:00 UTC · CD-"),
        (7, None, "7 of an unknown number of events read · 12:00 UTC · CD-"),
        (0, 0, "0 of 0 events read · 12:00 UTC · CD-"),
    ],
)
def test_completeness_line(fetched: int, total: int | None, line: str) -> None:
    seen = Completeness(fetched, total, complete=True)
    assert line in shown(RENDERER.answer(report(completeness=seen)).opening)


def test_hashed_names_are_cut() -> None:
    told = shown(RENDERER.answer(report(failure(1, user_name="ab" * 32))).replies[0])
    assert "abababab… (hashed) could not join" in told
    assert "ab" * 32 not in told


def test_reply_tells_what_preceded_the_failure_for_that_peer() -> None:
    found = report(
        failure(0, peer_id="P-9", is_terminal=False, error_code=1003, error_name=None),
        failure(42, peer_id="p-9"),
    )
    told = shown(RENDERER.answer(found).replies[0])
    assert "1 earlier event of this peer: -42 s join 1003" in told


def test_only_a_real_session_id_gets_into_an_address() -> None:
    good, bad = "66ac5e989b41849dde50f549", "66ac5e989b41849dde50f549/../../evil"
    renderer = Renderer(CATALOGUE, dashboard="https://dash.example")
    found = report(failure(1, session_id=good), failure(2, session_id=bad))
    raw = json.dumps(renderer.answer(found).replies[0].blocks)
    assert raw.count("https://") == 1
    assert f"https://dash.example/session-details/{good}" in raw


def test_replies_are_as_few_as_the_limits_allow() -> None:
    events = [failure(number, error_description="reason " * 40) for number in range(60)]
    answer = RENDERER.answer(report(*events))
    one = len(shown(RENDERER.answer(report(events[0])).replies[0]))
    lengths = [len(shown(reply)) for reply in answer.replies]
    assert max(lengths) <= 8000
    assert min(lengths[:-1]) > 8000 - one - 150


def test_what_ten_replies_do_not_hold_is_counted_and_reachable() -> None:
    answer = RENDERER.answer(MANY)
    assert len(answer.replies) == 10
    assert answer.more is not None
    handle = decode(handle_in(answer.more))
    left = 400 - handle.shown
    assert f"{left} terminal failures are not shown yet" in shown(answer.more)
    assert f"{left} more are not in this thread" in shown(answer.replies[-1])
    assert [file.name for file in answer.files] == [
        "CD-ABCD2345-failures.csv",
        "CD-ABCD2345-failures.json",
    ]


def test_few_failures_need_neither_files_nor_button() -> None:
    answer = RENDERER.answer(report(failure(1)))
    assert answer.files == ()
    assert answer.more is None


def test_a_clipped_text_is_in_the_files_whole() -> None:
    long = "word " * 1000
    answer = RENDERER.answer(report(failure(1, error_description=long)))
    assert "(shortened)" in shown(answer.replies[0])
    assert long.strip() in answer.files[0].content
    assert long.strip() in answer.files[1].content


def test_more_goes_by_position_when_the_last_event_is_gone() -> None:
    handle = from_report(MANY, after="event-99999", shown=398, private=False)
    message = RENDERER.more(MANY, handle)
    assert message.part == "more-event-00398"
    assert "399 of 400" in shown(message)
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
    assert f"{400 - handle.shown} more terminal failures are not shown yet" in shown(messages[-1])


def test_private_answer_in_one_message_holds_opening_and_failures() -> None:
    [message] = RENDERER.private(report(failure(1), failure(2)), messages=1, note="Only you.")
    told = shown(message)
    for word in ("Only you.", "2 error events", "event-00001", "Peer-00002", "user-00002"):
        assert word in told


def test_private_answer_goes_on_from_a_handle() -> None:
    start = from_report(MANY, after="event-00389", shown=390, private=True)
    [message] = RENDERER.private(MANY, messages=3, start=start)
    assert message.part == "more-event-00390"
    assert "391 of 400" in shown(message)


def test_a_huge_user_id_gets_words_in_place_of_a_button() -> None:
    target = replace(MANY.target, kind="user", user_id="u" * 3000)
    answer = RENDERER.answer(replace(MANY, target=target))
    assert answer.more is not None
    assert "do not fit a button" in shown(answer.more)
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


def test_every_documented_field_is_shown() -> None:
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
    told = shown(RENDERER.answer(report(failure(1, **facts))).replies[0])
    singles = [str(value) for value in facts.values() if not isinstance(value, tuple)]
    pairs = ["Audio 32 kbps", "Video 30 fps", "Cameras Built-in", "rtt 250", "join retries 4"]
    for word in (*singles, *pairs, "event-00001", "Peer-00001", "user-00001", "Ann 1"):
        assert word in told
    assert f"{NOON:%Y-%m-%d} 12:00:01.000 UTC" in told
