"""The forms of a message, from the richest down, and the table of what each error leads to."""

from pathlib import Path

import pytest

from bot.render.message import Message
from bot.slack.sending.errors import POLICY, SlackErrorKind
from bot.slack.sending.format_fallback import FORM_REFUSED, FormatFallback, SendResult

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


def test_the_table_of_the_docs_is_the_table_of_the_code() -> None:
    rows = [line.split("|") for line in TABLE.read_text().splitlines() if line.count("|") == 4]
    told = {cells[1].strip(): cells[3].strip() for cells in rows}
    assert {cause.value: told.get(cause.value) for cause in SlackErrorKind} == {
        cause.value: act for cause, act in POLICY.items()
    }
