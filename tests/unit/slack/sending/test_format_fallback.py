"""The forms of a message, from the richest down, and the table of what each error leads to."""

from pathlib import Path

import pytest

from bot.render.message import File, Message
from bot.slack.sending.errors import POLICY, SlackErrorKind
from bot.slack.sending.format_fallback import FILE_UNCONFIRMED, FormatFallback, SendResult

UNKNOWN_TYPE = "[ERROR] unsupported type: table [json-pointer:/blocks/1/type]"
TABLE = Path(__file__).parents[4] / "docs" / "operating.md"


def message(*kinds: str) -> Message:
    words = {"type": "plain_text", "text": "the words"}
    return Message("reply-1", "gist", tuple({"type": kind, "text": words} for kind in kinds))


class Slack:
    """Takes a message as its answers say, and notes the form it got."""

    def __init__(self, *answers: SendResult) -> None:
        self.answers = list(answers)
        self.forms: list[tuple[str, ...]] = []

    async def send(self, form: Message) -> SendResult:
        self.forms.append(tuple(str(block["type"]) for block in form.blocks))
        return self.answers.pop(0) if self.answers else SendResult()


async def test_an_unknown_type_of_block_is_not_tried_again() -> None:
    ladder = FormatFallback()
    slack = Slack(SendResult(SlackErrorKind.FORM, "invalid_blocks", detail=UNKNOWN_TYPE))
    await ladder.send(slack.send, message("section", "table"))
    await ladder.send(slack.send, message("section", "table"))
    await ladder.send(slack.send, message("context"))
    assert slack.forms == [("section", "table"), ("section",), ("section",), ("context",)]


@pytest.mark.parametrize(
    "detail",
    [
        "",
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]",
        "[ERROR] unsupported type [json-pointer:/blocks/7/type]",
    ],
)
async def test_another_fault_of_a_block_says_nothing_about_its_type(detail: str) -> None:
    ladder = FormatFallback()
    slack = Slack(SendResult(SlackErrorKind.FORM, "invalid_blocks", detail=detail))
    await ladder.send(slack.send, message("section", "table"))
    await ladder.send(slack.send, message("section", "table"))
    assert slack.forms == [("section", "table"), ("section",), ("section", "table")]


@pytest.mark.parametrize(("cause", "forms"), [(SlackErrorKind.FORM, 3), (SlackErrorKind.LONG, 2)])
async def test_what_no_form_fits_becomes_a_file(cause: SlackErrorKind, forms: int) -> None:
    files: list[File] = []

    async def attach(file: File) -> SendResult:
        files.append(file)
        return SendResult(ts="1.2")

    slack = Slack(*[SendResult(cause)] * forms)
    sent = await FormatFallback().send(slack.send, message("section"), attach)
    assert sent.ok
    assert len(slack.forms) == forms
    assert slack.forms[-1] == ()
    assert [(file.name, file.content) for file in files] == [("reply-1.txt", "the words")]


@pytest.mark.parametrize(
    ("came", "told"),
    [
        (
            SendResult(SlackErrorKind.PLACE, "file_uploads_disabled"),
            SendResult(SlackErrorKind.LONG, "msg_too_long"),
        ),
        (
            SendResult(SlackErrorKind.UNKNOWN, "TimeoutError"),
            SendResult(SlackErrorKind.UNKNOWN, FILE_UNCONFIRMED),
        ),
    ],
)
async def test_a_file_that_fails_is_told_as_what_it_is(came: SendResult, told: SendResult) -> None:
    async def attach(_: File) -> SendResult:
        return came

    slack = Slack(
        SendResult(SlackErrorKind.LONG, "msg_too_long"),
        SendResult(SlackErrorKind.LONG, "msg_too_long"),
    )
    assert await FormatFallback().send(slack.send, message("section"), attach) == told


@pytest.mark.parametrize(
    "cause",
    [each for each in SlackErrorKind if each not in (SlackErrorKind.FORM, SlackErrorKind.LONG)],
)
async def test_only_a_refused_form_is_sent_in_another(cause: SlackErrorKind) -> None:
    slack = Slack(SendResult(cause))
    assert (await FormatFallback().send(slack.send, message("section"))).cause is cause
    assert len(slack.forms) == 1


def test_the_table_of_the_docs_is_the_table_of_the_code() -> None:
    rows = [line.split("|") for line in TABLE.read_text().splitlines() if line.count("|") == 4]
    told = {cells[1].strip(): cells[3].strip() for cells in rows}
    assert {cause.value: told.get(cause.value) for cause in SlackErrorKind} == {
        cause.value: act for cause, act in POLICY.items()
    }
