"""The forms of one message, from the richest down: what Slack refuses is surely not posted.

The next rungs, other places than the one asked for, are in `bot.slack.routes`; what each of
Slack's errors leads to is in `bot.slack.errors.ACTS`.
https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""

import re
from collections.abc import Awaitable, Callable

from bot.render.message import File, Message
from bot.slack.errors import Cause
from bot.slack.forms import Send, Sent, classic, plain, words_of

FILE_UNCONFIRMED = "file_unconfirmed"
"""A file stands for a message, and Slack did not say whether it took it: it bears no mark."""

_UNSUPPORTED = re.compile(r"unsupported type[^\[]*\[json-pointer:/blocks/(\d+)/type\]")

Attach = Callable[[File], Awaitable[Sent]]


class Ladder:
    """Sends a message in the richest form that Slack takes, and remembers what it never takes."""

    def __init__(self) -> None:
        self._unsupported: set[str] = set()

    async def send(self, send: Send, message: Message, attach: Attach | None = None) -> Sent:
        """Rich, then classic blocks, then text alone, at last a file if `attach` can.

        A type of block that this workspace does not know is not tried again in this process.
        """
        sent = Sent(Cause.FORM)
        if not self._known_bad(message):
            sent = await send(message)
            self._learn(message, sent)
        if sent.cause is Cause.FORM:
            sent = await send(classic(message))
        if sent.cause in (Cause.FORM, Cause.LONG):
            sent = await send(plain(message))
        if sent.cause in (Cause.FORM, Cause.LONG) and attach is not None:
            return await _as_file(attach, message, sent)
        return sent

    def _known_bad(self, message: Message) -> bool:
        return any(block.get("type") in self._unsupported for block in message.blocks)

    def _learn(self, message: Message, sent: Sent) -> None:
        """Only a type that is unknown: another fault may lie in what this one block held."""
        found = _UNSUPPORTED.search(sent.detail) if sent.cause is Cause.FORM else None
        if found and int(found[1]) < len(message.blocks):
            self._unsupported.add(str(message.blocks[int(found[1])].get("type")))


async def _as_file(attach: Attach, message: Message, refused: Sent) -> Sent:
    sent = await attach(File(f"{message.part}.txt", message.part, words_of(message)))
    if sent.cause is Cause.UNKNOWN:
        return Sent(Cause.UNKNOWN, FILE_UNCONFIRMED)
    return sent if sent.ok else refused
