"""Sends a message in the richest form that Slack accepts.

The forms go from the richest down; a form that Slack refuses is certainly not posted. If every form
fails, `bot.slack.delivery.routes` tries other places. `bot.slack.sending.errors.POLICY` lists the
reaction to each of Slack's errors.
https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

import re
from dataclasses import dataclass, replace

from bot.render.filters import escape_mrkdwn
from bot.render.message import Block, Message
from bot.render.plain_text import lines_of
from bot.slack.sending.errors import UNREACHABLE, SlackErrorKind

MAX_SECTION = 2900  # a text object holds 3,000 characters
MAX_BLOCKS = 50
MAX_TEXT = 12_000  # Slack keeps 40,000 of a post's text; nobody reads as much


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


def as_classic_blocks(message: Message) -> Message:
    """Return the message as sections of plain text, with its buttons."""
    text = plain_text_of(message)
    pieces = [text[start : start + MAX_SECTION] for start in range(0, len(text), MAX_SECTION)]
    buttons = [block for block in message.blocks if block.get("type") == "actions"]
    sections: list[Block] = [
        {"type": "section", "text": {"type": "plain_text", "text": piece, "emoji": False}}
        for piece in pieces
        if piece.strip()
    ]
    return replace(message, blocks=(*sections[: MAX_BLOCKS - len(buttons)], *buttons))


def as_plain_text(message: Message) -> Message:
    """Return the message as text alone.

    Slack shows the text as mrkdwn, so the plain text of the blocks is escaped.
    """
    plain = "\n".join(lines_of(message.blocks))
    text = escape_mrkdwn(plain)[:MAX_TEXT].rpartition("\n")[0] or message.text
    return replace(message, text=text, blocks=())


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

    A block type that this workspace does not support is not tried again in this process.
    """

    def __init__(self) -> None:
        self._unsupported: set[str] = set()

    def richest(self, message: Message) -> Message:
        """Return the form to send first."""
        if any(block.get("type") in self._unsupported for block in message.blocks):
            return as_classic_blocks(message)
        return message

    def simpler(self, message: Message, form: Message, sent: SendResult) -> Message | None:
        """Return the form to send after `form` had this result; None if none is left or needed."""
        if sent.cause not in FORM_REFUSED:
            return None
        if form is message and sent.cause is SlackErrorKind.FORM:
            self._remember_unsupported(message, sent)
            return as_classic_blocks(message)
        return as_plain_text(message) if form.blocks else None

    def _remember_unsupported(self, message: Message, sent: SendResult) -> None:
        """Remember only an unknown block type; another fault may lie in this one block."""
        match = _UNSUPPORTED.search(sent.detail)
        if match and int(match[1]) < len(message.blocks):
            self._unsupported.add(str(message.blocks[int(match[1])].get("type")))
