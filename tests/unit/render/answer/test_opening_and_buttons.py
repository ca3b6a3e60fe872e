"""What the opening says and its buttons bring, at its fullest and at its emptiest."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.domain.events import ERROR_TYPES, Agent
from bot.domain.parsing.ticket_url import parse_ticket_urls
from bot.domain.report import Completeness, Report, Window
from bot.domain.rooms import Peer, Room, Session
from bot.domain.saved_lookup import decode
from bot.render.answer.thread_entry import format_offset
from bot.render.answer.ticket import TicketSystems
from bot.render.limits import MAX_JSON
from bot.render.message import Message
from bot.render.renderer import Renderer
from bot.render.timeline import build_lanes, draw_lanes
from tests.support.reports.diagnosed_reports import CATALOGUE, RENDERER, diagnosed, of_scenario
from tests.support.reports.plain_reports import NOON, failure, report, shown
from tests.support.scenarios.case import files
from workbench.pretend_slack.limits import check_message, visible_length
from workbench.pretend_slack.limits.visible import cell_text

LABELS = {
    "reply": "Reply to customer",
    "ask_again": "Ask again",
    "take": "I'm on it",
    "it_note": "Note for their IT",
}


def fullest() -> Report:
    """Two hundred people, each with long names of everything, nothing seen completely."""
    events = [
        failure(
            number,
            type=(*ERROR_TYPES, "client.unheard.of" * 9)[number % 6],
            error_code=4000 + number % 30,
            error_name=f"Name{number % 30}" * 40,
            error_message='"<&>' * 300,
            role=f"role {number % 9} " * 20,
            is_terminal=number % 3 == 0,
            agent=Agent(
                sdk=("web", "android", "ios")[number % 3],
                sdk_version=f"1.{number % 20}" + ".0" * 40,
                os=("web_Windows", "android", "ios")[number % 3],
                device_model="Model " * 40,
            ),
        )
        for number in range(200)
    ]
    found = report(
        *events,
        window=Window(NOON - timedelta(days=1), NOON),
        completeness=Completeness(200, 10**9, complete=False, notes=("A page failed. " * 20,) * 9),
        notes=("The name was found in 2 workspaces. " * 20,) * 9,
    )
    room = Room("r" * 400, "main", "&" * 4000, enabled=False)
    return diagnosed(replace(found, target=replace(found.target, room=room)))


def buttons(message: Message) -> dict[str, tuple[str, str]]:
    return {
        one["action_id"]: (one["text"]["text"], one["value"])
        for block in message.blocks
        if block["type"] == "actions"
        for one in block["elements"]
        if one["type"] == "button"
    }


def menu(message: Message) -> dict[str, str]:
    """The entries of the menu *More*, by value."""
    return {
        option["value"]: option["text"]["text"]
        for block in message.blocks
        if block["type"] == "actions"
        for one in block["elements"]
        if one["type"] == "static_select"
        for option in one["options"]
    }


def test_the_fullest_opening_keeps_within_its_limits() -> None:
    opening = RENDERER.answer(fullest(), note="I could not answer there. " * 40).opening
    blocks = [dict(block) for block in opening.blocks]
    assert check_message({"text": opening.text, "blocks": blocks}, update=True) == []
    assert visible_length(blocks) <= 2500
    assert len(blocks) <= 8
    told = shown(opening)
    for words in ("Partial answer: ", "Not read:", "So not known:", "The name was found in 2"):
        assert words in told
    assert "200 of 1,000,000,000 events read · as of 12:00 UTC" in told


@pytest.mark.parametrize("length", [10, 1_900])
def test_the_fullest_opening_with_tickets_keeps_within_slacks_limits(length: int) -> None:
    template = "https://x.example/?a=" + "y" * length + "&t={title}&b={body}"
    systems = TicketSystems(parse_ticket_urls(dict.fromkeys("ABCD", template)), names=True)
    renderer = Renderer(CATALOGUE, tickets=systems)
    report = fullest()
    for message in (renderer.answer(report).opening, renderer.private(report, messages=2)[0]):
        blocks = [dict(block) for block in message.blocks]
        assert check_message({"text": message.text, "blocks": blocks}, update=True) == []
        assert len(json.dumps(blocks)) <= MAX_JSON


def test_buttons_remember_the_look_up_and_who_may_see_it() -> None:
    found = of_scenario("network-office-never-finds-a-path")
    public = RENDERER.answer(found).opening
    assert {action: label for action, (label, _) in buttons(public).items()} == LABELS
    assert "post_in_channel" in buttons(RENDERER.private(found, messages=3)[0])
    for private, message in (
        (False, RENDERER.answer(found).opening),
        (True, RENDERER.private(found, messages=3)[0]),
        (True, RENDERER.private(found, messages=1)[0]),
    ):
        for action in LABELS.keys() - ({"take"} if private else set()):
            handle = decode(buttons(message)[action][1])
            assert handle.private is private
            assert handle.lookup_id == found.lookup_id
            assert handle.room_id == found.target.room.id
        (row,) = (block for block in message.blocks if block["type"] == "actions")
        assert decode(row["block_id"]) == handle
        assert len(row["elements"]) <= 6


def test_only_buttons_that_lead_somewhere_are_shown() -> None:
    failed = RENDERER.answer(of_scenario("network-office-never-finds-a-path")).opening
    assert set(buttons(failed)) == {"reply", "ask_again", "take", "it_note"}
    assert {value for value in menu(failed) if not value.startswith("details:")} == {
        "timeline",
        "evidence",
    }
    assert list(menu(failed).values())[-1] == "Details of Clerk 1"
    quiet = RENDERER.answer(of_scenario("none-quiet-call")).opening
    assert set(buttons(quiet)) == {"ask_again"}
    assert menu(quiet) == {}
    recorder = RENDERER.answer(of_scenario("bot-recorder-gives-up")).opening
    assert "reply" not in buttons(recorder)
    assert buttons(RENDERER.answer(report(failure(1))).opening) == {}


@pytest.mark.parametrize(
    "name", ["service-outage-in-three-guises", "app-ten-tokens-expired-together"]
)
def test_a_report_is_offered_for_what_100ms_can_answer(name: str) -> None:
    assert "packet" in buttons(RENDERER.answer(of_scenario(name)).opening)


@pytest.mark.parametrize("name", ["none-joined-twice", "device-alone-with-a-blocked-camera"])
def test_no_report_is_offered_for_what_100ms_cannot_help_with(name: str) -> None:
    assert "packet" not in buttons(RENDERER.answer(of_scenario(name)).opening)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_recovered_is_offered_only_where_something_recovered(path: Path) -> None:
    found = of_scenario(path.stem)
    assert found.diagnosis is not None
    recovered = sum(story.outcome == "recovered" for story in found.diagnosis.stories)
    label = menu(RENDERER.answer(found).opening).get("recovered")
    assert label == (f"{recovered} recovered" if recovered else None)


def test_a_partial_answer_is_tried_again() -> None:
    found = of_scenario("network-office-never-finds-a-path")
    partial = replace(found, completeness=Completeness(3, None, complete=False))
    assert buttons(RENDERER.answer(partial).opening)["ask_again"][0] == "Try again"


@pytest.mark.parametrize(("length", "left"), [(1200, 3), (3000, 0)])
def test_what_would_not_fit_is_left_out_whole(length: int, left: int) -> None:
    found = of_scenario("device-blips-of-others-weigh-nothing")
    target = replace(found.target, kind="user", user_id="u" * length)
    shown_there = buttons(RENDERER.answer(replace(found, target=target)).opening)
    assert len(shown_there) == left
    there = menu(RENDERER.answer(replace(found, target=target)).opening)
    assert bool(there) is bool(left)


def test_recovered_errors_are_one_message_and_the_rest_is_counted() -> None:
    events = [
        failure(n, is_terminal=False, error_code=4005, type=ERROR_TYPES[0]) for n in range(200)
    ]
    [message] = RENDERER.recovered(diagnosed(report(*events)))
    assert message.part == "recovered-1"
    table = next(one for one in message.blocks if one["type"] == "data_table")
    assert f"{200 - len(table['rows']) + 1} more are not listed" in shown(message)


def test_recovered_errors_are_grouped_by_what_happened_with_the_next_step() -> None:
    """B5: where everybody recovered, no failure in the thread and no step in the list."""
    found = of_scenario("mixed-everybody-came-back")
    [message] = RENDERER.recovered(found)
    told = shown(message)
    assert "2 people\n could not send audio or video and recovered after 40 s" in told
    assert "2 people\n were disconnected and reconnected" in told
    assert found.diagnosis
    for story in found.diagnosis.stories:
        assert f"\n{story.explanation.entry.do[0]}" in told


def test_a_stale_button_gets_an_answer_all_the_same() -> None:
    nothing = of_scenario("none-quiet-call")
    assert "the end of each is known" in RENDERER.recovered(nothing)[0].text
    assert "no error to draw" in RENDERER.timeline(nothing)[0].text
    plain = report(failure(1))
    assert "We're still looking into it" in shown(RENDERER.reply(plain))
    assert RENDERER.packet(plain)[0].part == "packet"


def test_the_drawing_for_the_terminal_has_stays_and_ends_in_lanes_worst_first() -> None:
    session = Session(
        "66ac5e989b41849dde50f549",
        "65af97002889d74ef8d1e18f",
        "main",
        created_at=NOON,
        ended_at=NOON + timedelta(minutes=47),
        peers={
            f"peer-{name}": Peer(f"Peer-{name}", name, name, "host", NOON + timedelta(minutes=at))
            for name, at in (("Ann", 0), ("Bob", 20))
        },
    )
    lost = failure(600, user_id="Ann", user_name="Ann", peer_id="Peer-Ann", error_code=4005,
                   type=ERROR_TYPES[0])  # fmt: skip
    drop = failure(1500, user_id="Bob", user_name="Bob", peer_id="Peer-Bob", is_terminal=False,
                   error_code=1003, type="client.disconnected")  # fmt: skip
    found = report(lost, drop, as_of=NOON + timedelta(hours=2), sessions=(session,))
    lanes = build_lanes(diagnosed(found).diagnosis.stories, found.sessions)  # type: ignore[union-attr]
    drawing = draw_lanes(lanes)
    rows = {row[:3]: row[16:] for row in drawing if row[16:17] in {"J", "."}}
    assert list(rows) == ["Ann", "Bob"]
    assert rows["Ann"] == "J=========X====================================L"
    assert rows["Bob"] == "....................J====?=====================L"
    assert "12:00" in drawing[0]


def test_the_timeline_in_slack_is_a_table_in_order_of_time() -> None:
    found = diagnosed(report(*(failure(n * 7200, user_id="u") for n in range(5))))
    [message] = RENDERER.timeline(found)
    assert message.part == "timeline-1"
    table = next(one for one in message.blocks if one["type"] == "table")
    times = [cell_text(row[0]) for row in table["rows"][1:]]
    assert times == [f"{hour}:00:00 UTC" for hour in (12, 14, 16, 18, 20)]


def test_a_long_timeline_counts_what_it_does_not_list() -> None:
    [message] = RENDERER.timeline(diagnosed(report(*(failure(n) for n in range(140)))))
    assert "40 earlier failures not listed." in shown(message)


def test_the_packet_holds_ids_and_versions_but_no_names() -> None:
    found = of_scenario("device-blips-of-others-weigh-nothing")
    message, file = RENDERER.packet(found)
    for text in (shown(message), file.content):
        assert "p-ann" in text
        assert "web 0.12.25" in text
        assert "2026-11-02T10:01:00Z" in text
        assert "Member 1" not in text
        assert "Ann" not in text
    assert file.name == "CD-ABCD2345-packet.json"


def test_b2_a_user_id_that_is_an_address_is_hashed_in_the_packet() -> None:
    found = diagnosed(report(failure(1, user_id="marta.lindqvist@example.com", user_name="Marta")))
    message, file = RENDERER.packet(found)
    for text in (shown(message), shown(RENDERER.packet_json(found)), file.content):
        assert "marta" not in text.lower()
        assert "example.com" not in text
    assert "such user ids are hashed" in shown(message)


def test_the_packets_json_in_words_is_whole_if_it_fits_and_else_says_what_it_lacks() -> None:
    small = of_scenario("device-blips-of-others-weigh-nothing")
    assert "failures_left_out" not in shown(RENDERER.packet_json(small))
    found = diagnosed(report(*(failure(n, user_name="Zoe") for n in range(300))))
    message = RENDERER.packet_json(found)
    left = json.loads(RENDERER.packet(found)[1].content)["failures"]
    told = re.search(r'"failures_left_out": (\d+)', shown(message))
    assert told
    assert 0 < int(told[1]) < len(left) == 300
    assert f"{told[1]} more failures do not fit" in shown(message)
    assert "Zoe" not in shown(message)


@pytest.mark.parametrize(("seconds", "words"), [(0, "+0:00"), (42, "+0:42"), (3723, "+1:02:03")])
def test_offset(seconds: int, words: str) -> None:
    assert format_offset(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize("reads", [False, True])
def test_no_step_leads_to_a_status_page_that_the_bot_reads(*, reads: bool) -> None:
    found = of_scenario("others-storm-in-seven-of-ten-rooms", reads_status_page=reads)
    systems = parse_ticket_urls({"JIRA": "https://jira.example/?d={body}"})
    renderer = Renderer(CATALOGUE, tickets=TicketSystems(systems))
    answer = renderer.answer(found)
    brought = [renderer.evidence(found), *renderer.packet(found), *renderer.timeline(found)]
    brought += [*answer.replies, answer.opening, renderer.reply(found)]
    texts = [*map(repr, brought), str(renderer.step_outputs(found))]
    named = [unquote(text) for text in texts if "status.100ms.live" in unquote(text)]
    assert bool(named) is not reads
    assert reads or "Next step: On-call: check status.100ms.live" in "".join(named)
