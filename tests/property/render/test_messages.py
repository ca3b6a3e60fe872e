"""Whatever is in the data, every message is valid, short enough, and mentions nobody."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BotError
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.report import Report
from bot.domain.saved_lookup import decode, encode, from_report
from bot.domain.target import Candidate, Choices
from bot.render.limits import json_length
from bot.render.message import Message
from bot.render.renderer import Renderer
from bot.slack.sending.format_fallback import as_classic_blocks
from tests.support.examples import examples
from tests.support.reports.hostile_reports import ADDRESSES, CATALOGUE, NOON, idents, reports, texts
from workbench.pretend_slack.limits import check_message, check_view, mentions, visible_length
from workbench.pretend_slack.limits.visible import cell_text

RENDERER = Renderer(CATALOGUE)
DASHBOARD = "https://dashboard.100ms.live/session-details/66ac5e989b41849dde50f549"
modest = examples(50)


def as_sent(message: Message) -> dict[str, object]:
    return {
        "text": message.text,
        "blocks": [dict(block) for block in message.blocks],
        "parse": "none",
    }


def hold(message: Message, *, blocks: int = 50, characters: int = 8000) -> None:
    """Every promise that any message keeps."""
    sent = as_sent(message)
    assert check_message(sent, update=True) == []
    assert len(message.blocks) <= blocks
    tables = [one for one in message.blocks if one["type"] in {"table", "data_table"}]
    most = 13_000 if tables else characters
    assert visible_length(list(sent["blocks"])) <= most  # type: ignore[call-overload]
    assert 0 < len(message.text) <= 600
    raw = json.dumps(sent["blocks"], ensure_ascii=False, separators=(",", ":"))
    assert json_length([one for one in message.blocks if one not in tables]) < 13_000
    raw.encode()
    holds_in_classic_form(message)
    assert {live.target for live in mentions(sent)} <= {DASHBOARD}
    for address in ADDRESSES:
        assert address not in raw + message.text
    for loud in ("<!", "<@", "<#", "<http"):
        assert loud not in raw.replace("<!date^", "") + message.text


def holds_in_classic_form(message: Message) -> None:
    """The form for clients that know no tables is one message, too, and mentions nobody."""
    classic = as_sent(as_classic_blocks(message))
    assert check_message(classic, update=True) == []
    assert {live.target for live in mentions(classic)} <= {DASHBOARD}


def hold_all(messages: Sequence[Message]) -> None:
    parts = [message.part for message in messages]
    assert len(parts) == len(set(parts))
    assert all(len(part) < 100 for part in parts)
    for message in messages:
        hold(message)


@modest
@given(reports())
def test_answer_keeps_every_promise(report: Report) -> None:
    answer = RENDERER.answer(report)
    hold(answer.opening, blocks=12, characters=2500)
    assert len(answer.replies) <= 10
    hold_all([answer.opening, *answer.replies, *([answer.more] if answer.more else [])])


@modest
@given(reports())
def test_a_continued_answer_is_an_opening_and_a_table(report: Report) -> None:
    answer = RENDERER.answer(replace(report, follow_up=True))
    assert (len(answer.replies) <= 1, answer.files, answer.more) == (True, (), None)
    hold_all([answer.opening, *answer.replies])
    for message in RENDERER.timeline(report):
        hold(RENDERER.with_subject(message, report))
    saved_lookup = from_report(report, after=None, shown=0, private=False)
    if value := encode(saved_lookup):  # the answer log holds no other look-ups
        hold(RENDERER.reply_button(saved_lookup, value, NOON))


@modest
@given(reports(), st.integers(1, 5), texts)
def test_private_answer_keeps_every_promise(report: Report, messages: int, note: str) -> None:
    shown = RENDERER.private(report, messages=messages, note=note)
    assert 1 <= len(shown) <= messages
    assert shown[0].part == "opening"
    hold_all(shown)
    if messages > 1:
        hold(shown[0], blocks=12, characters=2500)


@modest
@given(texts, texts, texts)
def test_errors_keep_every_promise(headline: str, cause: str, next_step: str) -> None:
    error = BotError(cause, headline=headline, next_step=next_step)
    hold(RENDERER.error(error, "CD-ABCD2345"))
    hold(RENDERER.waiting(cause, "CD-ABCD2345"))
    hold(RENDERER.note(cause))


@modest
@given(st.lists(st.builds(Identifier, st.sampled_from(IdentifierKind), idents), max_size=9))
def test_looking_keeps_every_promise(clues: list[Identifier]) -> None:
    query = LookupQuery(clues=tuple(clues))
    hold(RENDERER.placeholder(query, "CD-ABCD2345"))
    if clues:
        hold(RENDERER.placeholder(replace(query, follow_up=True), "CD-ABCD2345", NOON))


candidates = st.builds(
    Candidate,
    st.sampled_from(["room", "session", "peer", "user"]),
    idents,
    idents,
    st.just("main"),
    st.none() | st.just(NOON),
)


@modest
@given(st.lists(candidates, max_size=14), texts, st.booleans())
def test_choices_keep_every_promise(found: list[Candidate], note: str, private: bool) -> None:  # noqa: FBT001
    choices = Choices(tuple(found), note)
    message = RENDERER.choices(choices, "CD-ABCD2345", private=private)
    hold(message)
    for block in message.blocks:
        if "accessory" in block:
            value = json.loads(block["accessory"]["value"])
            assert value["q"] in {re.sub("[\ud800-\udfff]", "\ufffd", one.value) for one in found}
            assert value["private"] is private


@modest
@given(st.none() | st.lists(candidates, max_size=14), texts, st.booleans())
def test_modals_keep_every_promise(
    found: list[Candidate] | None,
    note: str,
    conversation: bool,  # noqa: FBT001
) -> None:
    choices = None if found is None else Choices(tuple(found), note)
    view = RENDERER.modal(
        choices, private_metadata=json.dumps({"n": "x"}), note=note, conversation=conversation
    )
    assert check_view(view) == []
    assert mentions({"blocks": view["blocks"]}) == []


EVENT = r"[0-9a-f]{8}-8ae0-4b1d-9d59-000000000000"


def rows_in(messages: Sequence[Message]) -> list[list[str]]:
    """The rows of all tables, in order."""
    tables = [one for each in messages for one in each.blocks if one["type"].endswith("table")]
    return [[cell_text(cell) for cell in row] for one in tables for row in one["rows"][1:]]


def ids_in(messages: Sequence[Message]) -> list[str]:
    """The failures listed, by event id, in order."""
    return [row[-1] for row in rows_in(messages)]


def numbers_in(messages: Sequence[Message]) -> list[int]:
    """The failures listed, by number, in order."""
    return [int(row[0]) for row in rows_in(messages)]


def detailed_in(messages: Sequence[Message]) -> list[str]:
    """The failures told in detail, each by its first event id."""
    raw = json.dumps([block for each in messages for block in each.blocks])
    return re.findall(rf"\\nevent ({EVENT})", raw)


def value_to_press(message: Message) -> str:
    """What `Show more` remembers; "" if it is not there."""
    last = message.blocks[-1]
    button = last["elements"][0] if last["type"] == "actions" else {}
    return str(button["value"]) if button.get("action_id") == "show_more" else ""


def chain(report: Report, messages: list[Message]) -> list[Message]:
    """The messages, and those that each press of their last `Show more` brings."""
    messages = list(messages)
    while value := value_to_press(messages[-1]):
        message = RENDERER.more(report, decode(value))
        hold(message)
        assert rows_in([message])
        messages.append(message)
    return messages


@modest
@given(reports(most=20), st.integers(1, 4))
def test_private_buttons_lead_to_every_failure_once_in_order(report: Report, messages: int) -> None:
    first = RENDERER.private(report, messages=messages)
    shown = ids_in(chain(report, list(first)))
    handle = from_report(report, after="x" * 40, shown=9, private=True)
    if encode(handle):  # else the message says that a button cannot hold it
        assert shown == [event.id for event in reversed(report.failures)]


@modest
@given(reports(most=20))
def test_replies_hold_every_failure_once_in_order(report: Report) -> None:
    answer = RENDERER.answer(report)
    replies = [*answer.replies, answer.more] if answer.more else list(answer.replies)
    messages = chain(report, replies) if replies else []
    number = len(report.failures)
    assert numbers_in(messages) == (list(range(1, number + 1)) if number > 2 else [])
    assert sorted(detailed_in(messages)) == sorted(event.id for event in report.failures)
