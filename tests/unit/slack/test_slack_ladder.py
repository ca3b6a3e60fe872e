"""The forms of a message, from the richest down, and the table of what each error leads to."""

from pathlib import Path

import pytest

from bot.render.message import File, Message
from bot.slack.sending.errors import ACTS, Cause
from bot.slack.sending.format_fallback import FILE_UNCONFIRMED, Ladder, Sent

UNKNOWN_TYPE = "[ERROR] unsupported type: table [json-pointer:/blocks/1/type]"
TABLE = Path(__file__).parents[3] / "docs" / "operating.md"


def message(*kinds: str) -> Message:
    words = {"type": "plain_text", "text": "the words"}
    return Message("reply-1", "gist", tuple({"type": kind, "text": words} for kind in kinds))


class Slack:
    """Takes a message as its answers say, and notes the form it got."""

    def __init__(self, *answers: Sent) -> None:
        self.answers = list(answers)
        self.forms: list[tuple[str, ...]] = []

    async def send(self, form: Message) -> Sent:
        self.forms.append(tuple(str(block["type"]) for block in form.blocks))
        return self.answers.pop(0) if self.answers else Sent()


async def test_an_unknown_type_of_block_is_not_tried_again() -> None:
    ladder = Ladder()
    slack = Slack(Sent(Cause.FORM, "invalid_blocks", detail=UNKNOWN_TYPE))
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
    ladder = Ladder()
    slack = Slack(Sent(Cause.FORM, "invalid_blocks", detail=detail))
    await ladder.send(slack.send, message("section", "table"))
    await ladder.send(slack.send, message("section", "table"))
    assert slack.forms == [("section", "table"), ("section",), ("section", "table")]


@pytest.mark.parametrize(("cause", "forms"), [(Cause.FORM, 3), (Cause.LONG, 2)])
async def test_what_no_form_fits_becomes_a_file(cause: Cause, forms: int) -> None:
    files: list[File] = []

    async def attach(file: File) -> Sent:
        files.append(file)
        return Sent(ts="1.2")

    slack = Slack(*[Sent(cause)] * forms)
    sent = await Ladder().send(slack.send, message("section"), attach)
    assert sent.ok
    assert len(slack.forms) == forms
    assert slack.forms[-1] == ()
    assert [(file.name, file.content) for file in files] == [("reply-1.txt", "the words")]


@pytest.mark.parametrize(
    ("came", "told"),
    [
        (Sent(Cause.PLACE, "file_uploads_disabled"), Sent(Cause.LONG, "msg_too_long")),
        (Sent(Cause.UNKNOWN, "TimeoutError"), Sent(Cause.UNKNOWN, FILE_UNCONFIRMED)),
    ],
)
async def test_a_file_that_fails_is_told_as_what_it_is(came: Sent, told: Sent) -> None:
    async def attach(_: File) -> Sent:
        return came

    slack = Slack(Sent(Cause.LONG, "msg_too_long"), Sent(Cause.LONG, "msg_too_long"))
    assert await Ladder().send(slack.send, message("section"), attach) == told


@pytest.mark.parametrize("cause", [each for each in Cause if each not in (Cause.FORM, Cause.LONG)])
async def test_only_a_refused_form_is_sent_in_another(cause: Cause) -> None:
    slack = Slack(Sent(cause))
    assert (await Ladder().send(slack.send, message("section"))).cause is cause
    assert len(slack.forms) == 1


def test_the_table_of_the_docs_is_the_table_of_the_code() -> None:
    rows = [line.split("|") for line in TABLE.read_text().splitlines() if line.count("|") == 4]
    told = {cells[1].strip(): cells[3].strip() for cells in rows}
    assert {cause.value: told.get(cause.value) for cause in Cause} == {
        cause.value: act for cause, act in ACTS.items()
    }
