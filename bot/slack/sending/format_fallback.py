"""Sends a message in the richest form that Slack accepts.

The forms go from the richest down; a form that Slack refuses is certainly not posted. If every form
fails, `bot.slack.delivery.routes` tries other places. `bot.slack.sending.errors.POLICY` lists the
reaction to each of Slack's errors.
https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, groupby

from bot.render.filters import escape_mrkdwn
from bot.render.message import Block, Message
from bot.render.plain_text import TABLES, lines_of, table_lines
from bot.slack.sending.errors import UNREACHABLE, SlackErrorKind

MAX_SECTION = 2900  # a text object holds 3,000 characters
MAX_BLOCKS = 50
MAX_TEXT = 13_000  # Slack keeps 40,000 of a post's text; nobody reads as much


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of sending one message: posted if `cause` is None, with its channel and thread.

    `wait` is the number of seconds that Slack asks to wait after a 429. `detail` is the text that
    Slack adds to an error.
    """

    cause: SlackErrorKind | None = None
    error: str = ""
    channel: str = ""
    ts: str = ""
    thread: str = ""
    wait: float = 0.0
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Return whether Slack confirmed that it accepted the message."""
        return self.cause is None

    @property
    def is_refused(self) -> bool:
        """Return whether the message was certainly not sent, so that another route may be tried."""
        return self.cause not in (None, SlackErrorKind.UNKNOWN)

    @property
    def offline(self) -> bool:
        """Return whether Slack could not be reached at all, so that certainly nothing was sent."""
        return self.cause is SlackErrorKind.BUSY and self.error == UNREACHABLE


FEEDBACK = "context_actions"
"""The block with *Right* and *Wrong*: the newest kind, and the only one in it are these buttons."""


def with_classic_feedback(message: Message) -> Message:
    """Return the message with classic buttons for *Right* and *Wrong*; itself if it has neither."""
    if not any(block.get("type") == FEEDBACK for block in message.blocks):
        return message
    return replace(message, blocks=tuple(map(_classic_feedback, message.blocks)))


def _classic_feedback(block: Block) -> Block:
    if block.get("type") != FEEDBACK:
        return block
    buttons = [
        {**feedback[f"{sign}_button"], "type": "button", "action_id": f"feedback_{vote}"}
        for feedback in block["elements"]
        for sign, vote in (("positive", "right"), ("negative", "wrong"))
    ]
    return {"type": "actions", "elements": buttons}


def as_classic_blocks(message: Message) -> Message:
    """Return the message as sections of text, its tables as aligned lines, with its buttons."""
    message = with_classic_feedback(message)
    buttons = [block for block in message.blocks if block.get("type") == "actions"]
    sections: list[Block] = []
    for is_table, group in groupby(message.blocks, lambda block: block.get("type") in TABLES):
        run = tuple(group)
        make = _preformatted_section if is_table else _plain_section
        sections.extend(map(make, _pieces(table_lines(run) if is_table else lines_of(run))))
    if not sections:
        sections = [_plain_section(message.text)]
    return replace(message, blocks=(*sections[: MAX_BLOCKS - len(buttons)], *buttons))


def _pieces(lines: list[str]) -> Iterator[str]:
    """Yield the lines in pieces that fit a section, broken between lines where possible."""
    piece = ""
    for part in chain.from_iterable(map(_parts, lines)):
        if piece and len(escape_mrkdwn(f"{piece}\n{part}")) > MAX_SECTION:
            yield piece
            piece = ""
        piece = f"{piece}\n{part}" if piece else part
    if piece.strip():
        yield piece


def _parts(line: str) -> Iterator[str]:
    """Yield a line in parts that fit a section: Slack counts the characters as escaped."""
    length = MAX_SECTION if len(escape_mrkdwn(line)) <= MAX_SECTION else MAX_SECTION // len("&amp;")
    for start in range(0, len(line), length):
        yield line[start : start + length]


def _plain_section(text: str) -> Block:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _preformatted_section(text: str) -> Block:
    """Return a section of fixed width; a back-tick in the data would end it."""
    fenced = f"```\n{escape_mrkdwn(text.replace('`', QUOTE))}\n```"
    return {"type": "section", "text": {"type": "mrkdwn", "text": fenced, "verbatim": True}}


QUOTE = "\u02cb"
"""Stands for a back-tick."""


def as_plain_text(message: Message) -> Message:
    """Return the message as text alone.

    Slack shows the text as mrkdwn, so the plain text of the blocks is escaped.
    """
    text = escape_mrkdwn("\n".join(lines_of(message.blocks)))
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT].rpartition("\n")[0]
    return replace(message, text=text or message.text, blocks=())


def plain_text_of(message: Message) -> str:
    """Return what a message shows, as plain text."""
    return "\n".join(lines_of(message.blocks)) or message.text


FILE_UNCONFIRMED = "file_unconfirmed"
"""The error of a file that replaces a message when Slack did not say whether it accepted the file.
A file carries no mark by which it could be found."""

FORM_REFUSED = frozenset({SlackErrorKind.FORM, SlackErrorKind.LONG})
"""Refusals after which a simpler form may be accepted."""

_UNSUPPORTED = re.compile(r"unsupported type[^\[]*\[json-pointer:/blocks/(\d+)/type\]")


class FormatFallback:
    """Chooses a message's forms, from the richest down: its blocks, classic blocks, text alone.

    A message with *Right* and *Wrong* is first tried with classic buttons in their place. A block
    type that this workspace does not support is not tried again in this process.
    """

    def __init__(self) -> None:
        self._unsupported: set[str] = set()

    def richest(self, message: Message) -> Message:
        """Return the form to send first."""
        form = with_classic_feedback(message) if FEEDBACK in self._unsupported else message
        if any(block.get("type") in self._unsupported for block in form.blocks):
            return as_classic_blocks(message)
        return form

    def simpler(self, message: Message, form: Message, sent: SendResult) -> Message | None:
        """Return the form to send after `form` had this result; None if none is left or needed."""
        if sent.cause not in FORM_REFUSED:
            return None
        with_buttons = with_classic_feedback(message)
        is_rich = form in (message, with_buttons)
        if is_rich and sent.cause is SlackErrorKind.FORM:
            refused = self._remember_unsupported(form, sent)
            is_feedback = form != with_buttons and refused in ("", FEEDBACK)
            simpler = with_buttons if is_feedback else as_classic_blocks(message)
            if simpler != form:
                return simpler
        return as_plain_text(message) if form.blocks else None

    def _remember_unsupported(self, form: Message, sent: SendResult) -> str:
        """Return the type of block that Slack does not know, and remember it; "" if none is named.

        Another fault may lie in this one block.
        """
        match = _UNSUPPORTED.search(sent.detail)
        if not match or int(match[1]) >= len(form.blocks):
            return ""
        kind = str(form.blocks[int(match[1])].get("type"))
        self._unsupported.add(kind)
        return kind
