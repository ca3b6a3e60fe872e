"""A button that opens its look-up again: pressed, answered once, explained when that fails.

Everything comes out of the button's value, so that it works after any restart. Whether the
presser may ask at all was checked before, for every press, by `bot.slack.middleware.strangers`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.errors import NotAllowed
from bot.domain.handle import Handle, read_handle
from bot.domain.question import Question
from bot.domain.report import Report
from bot.slack.desk import Desk, Lookup
from bot.slack.explain import Explained
from bot.slack.notice import announce
from bot.slack.payloads import Body, is_ephemeral, message_ts, place_of_click, pressed, text_at
from bot.slack.waiting import Waiting

_SHOWN = "That was shown already: look in the thread under the answer."


@dataclass(frozen=True, slots=True)
class Reopened:
    """A press with its look-up: `report` is diagnosed as of the answer that holds the button.

    `alone` tells that only the presser may see what comes of it.
    """

    desk: Desk
    body: Body
    lookup: Lookup
    handle: Handle
    report: Report
    alone: bool


@dataclass(frozen=True, slots=True)
class Button:
    """One button by its action_id. `each` person who presses gets an answer of their own."""

    name: str
    answer: Callable[[Reopened], Awaitable[None]]
    each: bool = False

    def listen(self, desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
        """Acknowledges; what was posted for all is posted once, however often it is pressed."""

        async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            press = _Press(desk, self, body, _handle(body))
            if desk.seen.first(*press.key):
                desk.crew.start(press.answer())
            elif desk.seen.known("shown", *press.key):
                desk.crew.start(press.shown())

        return on_press


@dataclass(frozen=True, slots=True)
class _Press:
    """`handle` is None if the button's value is not one of ours."""

    desk: Desk
    button: Button
    body: Body
    handle: Handle | None

    @property
    def alone(self) -> bool:
        """A private answer stays private, wherever Slack shows the button."""
        private = self.handle is not None and self.handle.private
        return self.button.each or private or is_ephemeral(self.body)

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two presses the same."""
        place = place_of_click(self.body)
        value = text_at(pressed(self.body), "value")
        who = place.user if self.alone else ""
        return (self.button.name, place.channel, message_ts(self.body), value, who)

    async def answer(self) -> None:
        """Open the look-up and say what the button promises."""
        desk, place = self.desk, place_of_click(self.body)
        reference = self.handle.lookup_id if self.handle else desk.tools.references()
        border = Explained(desk, place, reference)
        async with border:
            await self.button.answer(await self._reopened())
        if border.failed or self.alone:  # what one person saw may be gone: shown again if asked
            desk.seen.forget(*self.key)
        else:
            desk.seen.first("shown", *self.key)

    async def shown(self) -> None:
        """Tell the presser where the answer is that somebody had before them."""
        desk = self.desk
        reference = self.handle.lookup_id if self.handle else desk.tools.references()
        message = desk.tools.renderer.elsewhere(_SHOWN)
        if not await announce(desk, place_of_click(self.body), message, reference):
            structlog.get_logger("call_doctor").error("asker_not_reached")

    async def _reopened(self) -> Reopened:
        desk, handle = self.desk, self.handle
        if handle is None:
            handle = read_handle(text_at(pressed(self.body), "value"))  # raises, in our words
        question = Question(private=self.alone)
        lookup = Lookup(handle.lookup_id, question, place_of_click(self.body))
        tell, investigator = Waiting(desk, lookup), desk.tools.investigator
        async with desk.crew.investigations:
            report = await investigator.diagnosed(await investigator.reopen(handle, tell), tell)
        return Reopened(desk, self.body, lookup, handle, report, self.alone)


def _handle(body: Body) -> Handle | None:
    try:
        return read_handle(text_at(pressed(body), "value"))
    except NotAllowed:  # told inside the border
        return None
