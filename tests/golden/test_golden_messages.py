"""Every message as it goes to Slack, held word for word; look at a change before you take it.

`pytest tests/golden --snapshot-update` writes them anew. A message's JSON can be pasted into
Slack's Block Kit Builder.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.domain.channel_settings import NO_TIME, ChannelSettings
from bot.domain.diagnosis import VerdictClass
from bot.domain.errors import HundredMsBusy, HundredMsRefused, UnreadableQuestion
from bot.domain.events import ERROR_TYPES
from bot.domain.parsing.follow_up import WORDS_SENTENCE
from bot.domain.parsing.ticket_url import parse_ticket_urls
from bot.domain.privacy.personal_names import Names
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.report import Report, Window
from bot.domain.saved_lookup import encode, from_report
from bot.domain.target import Candidate, Choices
from bot.domain.votes import Accuracy, ClassAccuracy
from bot.render.answer.ticket import TicketSystems
from bot.render.help import HomeAnswer, HomeChannel, HomeFacts
from bot.render.message import Message
from bot.render.renderer import Renderer
from bot.slack.delivery.unconfirmed import unconfirmed_text
from bot.slack.listeners.follow_ups import NO_ANSWER
from tests.support.events import change_event
from tests.support.reports.golden_diagnoses import diagnosed
from tests.support.reports.golden_facts import (
    CATALOGUE,
    FULL,
    NOON,
    ROOM,
    event,
    report,
    sample,
)

RENDERER = Renderer(CATALOGUE)
REFERENCE = "CD-ABCD2345"
PUBLISH, SUBSCRIBE, JOIN, DISCONNECTED, CONNECT = ERROR_TYPES


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def shape(message: Message) -> dict[str, Any]:
    return {"part": message.part, "text": message.text, "blocks": list(message.blocks)}


def storm() -> Report:
    """Many failures of few people, some of them not terminal."""
    kinds = [(JOIN, 500), (PUBLISH, 4005), (DISCONNECTED, 1003)]
    events = [
        event(
            number,
            kinds[number % 3][0],
            at=NOON.replace(second=number % 60, minute=number // 60),
            error_code=kinds[number % 3][1],
            is_terminal=number % 4 != 0,
        )
        for number in range(200)
    ]
    return report(*events)


@pytest.mark.parametrize("name", ERROR_TYPES)
def test_reply_for_sample_made_terminal(name: str, golden: SnapshotAssertion) -> None:
    found = [change_event(each, is_terminal=True) for each in sample(name).events]
    [reply] = RENDERER.answer(report(*found)).replies
    assert shape(reply) == golden


@pytest.mark.parametrize("kind", ERROR_TYPES)
def test_reply_with_every_field(kind: str, golden: SnapshotAssertion) -> None:
    earlier = event(0, DISCONNECTED, peer_id=FULL.peer_id, error_code=1003, is_terminal=False)
    [reply] = RENDERER.answer(report(earlier, change_event(FULL, type=kind))).replies
    assert shape(reply) == golden


def test_last_reply_of_storm(golden: SnapshotAssertion) -> None:
    assert shape(RENDERER.answer(storm()).replies[-1]) == golden


def test_button_after_replies_of_storm(golden: SnapshotAssertion) -> None:
    more = RENDERER.answer(storm()).more
    assert more is not None
    assert shape(more) == golden


def test_files_of_two_failures(golden: SnapshotAssertion) -> None:
    huge = change_event(FULL, error_description="=cmd " + "long " * 300)
    files = RENDERER.answer(report(huge, event(2, user_name="=HYPERLINK(1)"))).files
    assert {file.name: [file.title, file.content.splitlines()] for file in files} == golden


@pytest.mark.parametrize("messages", [1, 2])
def test_private_answer(messages: int, golden: SnapshotAssertion) -> None:
    found = report(event(1), event(2, PUBLISH, error_code=4005), event(3, is_terminal=False))
    note = "Shown only to you because I am not in this channel. (Reference CD-ABCD2345)"
    shown = RENDERER.private(found, messages=messages, note=note)
    assert [shape(message) for message in shown] == golden


WITH_TICKETS = Renderer(
    CATALOGUE,
    tickets=TicketSystems(
        parse_ticket_urls(
            dict.fromkeys(
                ("JIRA", "LINEAR_APP", "GitHub", "ZENDESK"),
                "https://tracker.example/new?t={title}&b={body}&r={reference}&p={permalink}",
            )
        )
    ),
)


def test_opening_with_tickets(golden: SnapshotAssertion) -> None:
    found = diagnosed("account-role-is-full")
    assert shape(WITH_TICKETS.answer(found).opening) == golden


def test_link_to_a_ticket(golden: SnapshotAssertion) -> None:
    assert shape(WITH_TICKETS.ticket(diagnosed("account-role-is-full"), "zendesk")) == golden


def test_link_to_a_ticket_system_that_is_gone(golden: SnapshotAssertion) -> None:
    assert shape(WITH_TICKETS.ticket(diagnosed("account-role-is-full"), "gone")) == golden


def test_outputs_of_the_workflow_step(golden: SnapshotAssertion) -> None:
    assert RENDERER.step_outputs(diagnosed("account-role-is-full")) == golden


def test_looking(golden: SnapshotAssertion) -> None:
    clues = (
        Identifier(IdentifierKind.NAME, "standup-daily"),
        Identifier(IdentifierKind.CODE, "abc-defg-hij"),
    )
    assert shape(RENDERER.placeholder(LookupQuery(clues=clues), REFERENCE)) == golden


def test_looking_for_one_persons_eyes(golden: SnapshotAssertion) -> None:
    question = LookupQuery(clues=(Identifier(IdentifierKind.NAME, "standup-daily"),), private=True)
    assert shape(RENDERER.placeholder(question, REFERENCE)) == golden


def test_looking_for_what_continues_an_answer(golden: SnapshotAssertion) -> None:
    clues = (
        Identifier(IdentifierKind.PERSON, "marta"),
        Identifier(IdentifierKind.ROOM, "65af97002889d74ef8d1e18f"),
    )
    question = LookupQuery(clues=clues, since=NOON - timedelta(hours=1), follow_up=True)
    assert shape(RENDERER.placeholder(question, REFERENCE, NOON)) == golden


def test_an_answer_that_continues_another(golden: SnapshotAssertion) -> None:
    found = report(event(1), event(2, PUBLISH, error_code=4005), event(3, is_terminal=False))
    window = Window(NOON - timedelta(days=1), NOON)
    answer = RENDERER.answer(replace(found, follow_up=True, window=window))
    assert [shape(message) for message in (answer.opening, *answer.replies)] == golden


def test_a_word_in_place_of_a_button(golden: SnapshotAssertion) -> None:
    found = report(event(1), event(2, PUBLISH, error_code=4005))
    saved_lookup = from_report(found, after=None, shown=0, private=False)
    shown = [RENDERER.with_subject(message, found) for message in RENDERER.timeline(found)]
    shown.append(RENDERER.reply_button(saved_lookup, encode(saved_lookup), NOON))
    shown += [RENDERER.note(WORDS_SENTENCE), RENDERER.note(NO_ANSWER)]
    assert [shape(message) for message in shown] == golden


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(ChannelSettings(), id="untouched"),
        pytest.param(
            ChannelSettings(True, "eu", timedelta(hours=36), "U0ALICE", NOON), id="all-set"
        ),
        pytest.param(ChannelSettings(False, "gone", NO_TIME, "", NOON), id="workspace-gone"),
    ],
)
def test_settings(settings: ChannelSettings, golden: SnapshotAssertion) -> None:
    assert shape(RENDERER.settings(settings, ("default", "eu"), changed=False)) == golden


def test_settings_where_there_is_one_workspace(golden: SnapshotAssertion) -> None:
    found = ChannelSettings(set_at=NOON, since=timedelta(days=7))
    assert shape(RENDERER.settings(found, ("default",), changed=True)) == golden


def test_waiting(golden: SnapshotAssertion) -> None:
    assert (
        shape(RENDERER.waiting("100ms is rate-limiting us. Continuing in 20 s.", REFERENCE))
        == golden
    )


@pytest.mark.parametrize("error", [UnreadableQuestion, HundredMsBusy, HundredMsRefused])
def test_error(error: type[UnreadableQuestion], golden: SnapshotAssertion) -> None:
    assert shape(RENDERER.error(error(), REFERENCE)) == golden


@pytest.mark.parametrize("value", ['{"clues":[]}', ""], ids=["with a button", "without"])
def test_warning_that_a_message_may_be_missing(value: str, golden: SnapshotAssertion) -> None:
    words = unconfirmed_text(["reply-1"])
    assert shape(RENDERER.unconfirmed(words, value, REFERENCE)) == golden


def test_help(golden: SnapshotAssertion) -> None:
    assert shape(RENDERER.help_()) == golden


def test_home(golden: SnapshotAssertion) -> None:
    assert RENDERER.home(HomeFacts()) == golden


def test_home_of_a_person_who_asked(golden: SnapshotAssertion) -> None:
    answers = (
        HomeAnswer(
            "Room weekly",
            "3 of 8 people could not join: the role is full.",
            NOON - timedelta(minutes=5),
            "https://acme.slack.com/archives/C0ONCALL/p1795764312053733",
            '{"v":1}',
        ),
        HomeAnswer(
            "A participant in room storm",
            "No errors reported: 1 call, 6 people.",
            NOON - timedelta(days=2),
            "",
            '{"v":1}',
        ),
    )
    channels = (
        HomeChannel("C0ONCALL", ChannelSettings(), Names.FULL),
        HomeChannel(
            "C0SUPPORT", ChannelSettings(private=True, since=timedelta(hours=24)), Names.SHORT
        ),
    )
    faults = (
        "100ms cannot be reached: 100ms did not answer.",
        "Slack's scope `files:write` is not granted: no CSV, JSON or picture is attached.",
    )
    notice = "No change since 14:02 UTC."
    home = HomeFacts(answers, channels, ACCURACY, faults, notice, NOON)
    assert RENDERER.home(home) == golden


ACCURACY = Accuracy(
    366, 46, (ClassAccuracy("user_network", 40, 42), ClassAccuracy("service", 1, 2))
)


@pytest.mark.parametrize("accuracy", [ACCURACY, Accuracy(12, 3, ACCURACY.classes)])
def test_accuracy(accuracy: Accuracy, golden: SnapshotAssertion) -> None:
    assert shape(RENDERER.accuracy(accuracy)) == golden


def test_the_form_of_a_vote(golden: SnapshotAssertion) -> None:
    assert RENDERER.feedback_form("{}") == golden


@pytest.mark.parametrize("cause", [None, "account"])
def test_the_confirmation_of_a_vote(cause: VerdictClass | None, golden: SnapshotAssertion) -> None:
    assert shape(RENDERER.vote_stored(REFERENCE, cause)) == golden


def test_elsewhere(golden: SnapshotAssertion) -> None:
    note = "I could not answer where you asked: this channel is archived."
    assert shape(RENDERER.note(note)) == golden


CHOICES = Choices(
    (
        Candidate("room", f"room {ROOM.id}", "Room standup-daily", "main", NOON),
        Candidate("user", 'user "Ann B" in room 1', "User Ann B in room retro", "main"),
    ),
    "Two rooms bear that name.",
)


def test_choices(golden: SnapshotAssertion) -> None:
    assert shape(RENDERER.choices(CHOICES, REFERENCE, private=True)) == golden


@pytest.mark.parametrize("choices", [None, CHOICES], ids=["asking", "choosing"])
@pytest.mark.parametrize("conversation", [True, False], ids=["anywhere", "here"])
def test_modal(
    choices: Choices | None,
    conversation: bool,  # noqa: FBT001
    golden: SnapshotAssertion,
) -> None:
    view = RENDERER.modal(
        choices, private_metadata='{"channel":"C0"}', note="Which?", conversation=conversation
    )
    assert view == golden
