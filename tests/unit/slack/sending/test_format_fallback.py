"""The forms of a message, from the richest down, and the table of what each error leads to."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.catalogue import load_catalogue
from bot.domain.votes import decode_ballot
from bot.render.message import Message
from bot.render.renderer import Renderer
from bot.slack.sending.errors import POLICY, SlackErrorKind
from bot.slack.sending.format_fallback import (
    FORM_REFUSED,
    FormatFallback,
    SendResult,
    as_classic_blocks,
    as_plain_text,
)
from tests.support.reports.golden_diagnoses import diagnosed
from workbench.pretend_slack.limits import check_message

UNKNOWN_TYPE = "[ERROR] unsupported type: table [json-pointer:/blocks/1/type]"
TABLE = Path(__file__).parents[4] / "docs" / "operating.md"


def message(*kinds: str) -> Message:
    words = {"type": "plain_text", "text": "the words"}
    return Message("reply-1", "gist", tuple({"type": kind, "text": words} for kind in kinds))


def kinds_sent(
    fallback: FormatFallback, sent: Message, *results: SendResult
) -> list[tuple[str, ...]]:
    """Return the block types of each form that is tried while Slack answers with these results."""
    kinds, answers = [], iter(results)
    form: Message | None = fallback.richest(sent)
    while form is not None:
        kinds.append(tuple(str(block["type"]) for block in form.blocks))
        form = fallback.simpler(sent, form, next(answers, SendResult()))
    return kinds


def test_an_unknown_type_of_block_is_not_tried_again() -> None:
    fallback, table = FormatFallback(), message("section", "table")
    refusal = SendResult(SlackErrorKind.FORM, "invalid_blocks", detail=UNKNOWN_TYPE)
    assert kinds_sent(fallback, table, refusal) == [("section", "table"), ("section",)]
    assert kinds_sent(fallback, table) == [("section",)]
    assert kinds_sent(fallback, message("context")) == [("context",)]


@pytest.mark.parametrize(
    "detail",
    [
        "",
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]",
        "[ERROR] unsupported type [json-pointer:/blocks/7/type]",
    ],
)
def test_another_fault_of_a_block_says_nothing_about_its_type(detail: str) -> None:
    fallback, table = FormatFallback(), message("section", "table")
    refusal = SendResult(SlackErrorKind.FORM, "invalid_blocks", detail=detail)
    assert kinds_sent(fallback, table, refusal) == [("section", "table"), ("section",)]
    assert kinds_sent(fallback, table) == [("section", "table")]


@pytest.mark.parametrize(
    ("causes", "forms"),
    [
        ([], 1),
        ([SlackErrorKind.FORM], 2),
        ([SlackErrorKind.FORM, SlackErrorKind.FORM], 3),
        ([SlackErrorKind.FORM] * 3, 3),
        ([SlackErrorKind.LONG], 2),
        ([SlackErrorKind.LONG] * 2, 2),
        *(([cause], 1) for cause in SlackErrorKind if cause not in FORM_REFUSED),
        ([SlackErrorKind.FORM, SlackErrorKind.UNKNOWN], 2),
    ],
)
def test_only_a_refused_form_is_sent_in_another(causes: list[SlackErrorKind], forms: int) -> None:
    kinds = kinds_sent(FormatFallback(), message("section"), *map(SendResult, causes))
    assert len(kinds) == forms


REFUSED = "[ERROR] unsupported type: {} [json-pointer:/blocks/{}/type]"


def opening() -> Message:
    """Return the opening of an answer, whose third block holds *Right* and *Wrong*."""
    return Renderer(load_catalogue()).answer(diagnosed("none-quiet-call")).opening


@pytest.mark.parametrize("detail", ["", REFUSED.format("context_actions", 2)])
def test_buttons_take_the_place_of_refused_feedback_and_the_text_stays(detail: str) -> None:
    fallback, answer = FormatFallback(), opening()
    refusal = SendResult(SlackErrorKind.FORM, "invalid_blocks", detail=detail)
    form = fallback.simpler(answer, answer, refusal)
    assert form is not None
    assert [*form.blocks[:2], form.blocks[3]] == [*answer.blocks[:2], answer.blocks[3]]
    right, wrong = form.blocks[2]["elements"]
    assert [right["text"]["text"], wrong["text"]["text"]] == ["Right", "Wrong"]
    assert decode_ballot(right["value"]) == replace(decode_ballot(wrong["value"]), vote="right")
    assert check_message({"text": form.text, "blocks": [dict(one) for one in form.blocks]}) == []
    later = fallback.richest(answer)
    assert later == (form if detail else answer)


def test_another_refused_type_leaves_the_feedback_as_classic_buttons() -> None:
    fallback, answer = FormatFallback(), opening()
    rich = SendResult(SlackErrorKind.FORM, "x", detail=REFUSED.format("rich_text", 0))
    kinds = kinds_sent(fallback, answer, rich, SendResult(SlackErrorKind.FORM))
    assert kinds[1][-2:] == ("actions", "actions")
    assert kinds[2] == ()
    assert len(kinds) == 3


def test_the_table_of_the_docs_is_the_table_of_the_code() -> None:
    rows = [line.split("|") for line in TABLE.read_text().splitlines() if line.count("|") == 4]
    told = {cells[1].strip(): cells[3].strip() for cells in rows}
    assert {cause.value: told.get(cause.value) for cause in SlackErrorKind} == {
        cause.value: act for cause, act in POLICY.items()
    }


def table(kind: str, rows: int, name: str = "Marta Lindqvist") -> Message:
    """A message with a table of people, whose time is a date."""
    date = {"type": "date", "timestamp": 1, "format": "{time}", "fallback": "09:02 UTC"}
    cell = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [date]}]}
    head = [{"type": "raw_text", "text": text} for text in ("When", "Who", "Why")]
    row = [
        cell,
        {"type": "raw_text", "text": name},
        {"type": "raw_text", "text": "Path lost (4005)"},
    ]
    extra = {"caption": "Failures"} if kind == "data_table" else {}
    text = {"type": "plain_text", "text": "the words"}
    context = {"type": "context", "elements": [text]}
    button = {"type": "button", "action_id": "show_more", "text": text, "value": "v"}
    block = {"type": kind, "rows": [head, *[row] * rows], **extra}
    actions = {"type": "actions", "elements": [button]}
    return Message("reply-1", "gist", (context, block, actions))


@pytest.mark.parametrize("kind", ["table", "data_table"])
def test_a_table_becomes_aligned_lines_in_one_message(kind: str) -> None:
    classic = as_classic_blocks(table(kind, 3))
    assert [block["type"] for block in classic.blocks] == ["section", "section", "actions"]
    assert classic.blocks[1]["text"] == {
        "type": "mrkdwn",
        "verbatim": True,
        "text": "```\n"
        "When       Who              Why\n"
        + "\n".join(["09:02 UTC  Marta Lindqvist  Path lost (4005)"] * 3)
        + "\n```",
    }


def test_a_long_table_stays_one_message_and_loses_no_row() -> None:
    long = table("data_table", 100, "Marta Lindqvist " * 4)
    classic = as_classic_blocks(long)
    blocks = [dict(block) for block in classic.blocks]
    assert check_message({"text": "gist", "blocks": blocks}) == []
    assert str(blocks).count("Path lost") == 100
    assert as_plain_text(long).text.count("Path lost") == 100


def test_a_name_cannot_end_the_fixed_width_or_mention_anybody() -> None:
    classic = as_classic_blocks(table("table", 1, "``` <!channel> *x*"))
    text = classic.blocks[1]["text"]["text"]
    assert text.count("`") == 6
    assert "&lt;!channel&gt;" in text


def test_a_table_that_slack_does_not_know_is_sent_as_lines_from_then_on() -> None:
    ladder, message = FormatFallback(), table("table", 2)
    refused = SendResult(SlackErrorKind.FORM, "invalid_blocks", detail=UNKNOWN_TYPE)
    assert ladder.richest(message) is message
    assert ladder.simpler(message, message, refused) == as_classic_blocks(message)
    assert ladder.richest(message) == as_classic_blocks(message)
