"""A button that opens its look-up again: pressed, answered once, explained when that fails.

Everything comes out of the button's value, so that it works after any restart. Whether the
presser may ask at all was checked before, for every press, by `bot.slack.middleware.strangers`.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.errors import NotAllowed
from bot.domain.handle import Handle, names_of, read_handle
from bot.domain.question import Question
from bot.domain.report import Report
from bot.jobs.ports import Json, Steps
from bot.slack.counting import admit
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.ended import EndingSteps
from bot.slack.durable.finding import Finding
from bot.slack.durable.job import in_job
from bot.slack.durable.kept import keep_place, restore_place
from bot.slack.explain import Explained
from bot.slack.notice import announce
from bot.slack.payloads import (
    Body,
    click_id,
    is_ephemeral,
    message_ts,
    place_of_click,
    pressed,
    text_at,
)
from bot.slack.place import Place
from bot.slack.watching import Watching

KIND = "press"
_SHOWN = "That was shown already: look in the thread under the answer."


@dataclass(frozen=True, slots=True)
class Reopened:
    """A press with its look-up; `finding` is diagnosed as of the answer that holds the button.

    `message_ts` is that answer's own; `alone` tells that only the presser may see what comes
    of it; `body` is what is left of the click.
    """

    desk: Desk
    body: Body
    lookup: Lookup
    handle: Handle
    finding: Finding
    message_ts: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Button:
    """One button by its action_id. `each` person who presses gets an answer of their own."""

    name: str
    answer: Callable[[Reopened], Awaitable[None]]
    each: bool = False

    def listen(self, desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
        """Records the press, then acknowledges; what was posted for all is posted once."""

        async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
            press = _Press(self, body)
            if desk.seen.first(*press.key):
                with desk.seen.unless_it_fails(*press.key):
                    admit(desk)
                    await desk.jobs.submit(KIND, f"{KIND}:{click_id(body)}", press.kept(desk))
            else:
                desk.tools.meters.duplicate_suppressed()
                if desk.seen.known("shown", *press.key):
                    desk.crew.start(_tell_shown(desk, press))
            await ack()

        return on_press


def course(desk: Desk, buttons: tuple[Button, ...]) -> Callable[[Json, Steps], Awaitable[None]]:
    """What is done for each press."""
    named = {button.name: button for button in buttons}

    async def answer(payload: Json, steps: Steps) -> None:
        press = _Press(named[payload["button"]], payload["body"])
        # A press that an older release recorded tells no time.
        asked_at = payload.get("asked_at", float("inf"))
        ending = EndingSteps(steps, desk.tools.forgotten, press.names, asked_at)
        await _answer(in_job(desk, ending), press, payload, ending)

    return answer


class _Press:
    """One press. `handle` is None if the button's value is not one of ours."""

    def __init__(self, button: Button, body: Body) -> None:
        self.button = button
        self.body = body
        self.value = text_at(pressed(body), "value")
        self.handle = _handle(self.value)

    @property
    def alone(self) -> bool:
        """A private answer stays private, wherever Slack shows the button."""
        private = self.handle is not None and self.handle.private
        return self.button.each or private or is_ephemeral(self.body)

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two presses the same."""
        place = place_of_click(self.body)
        who = place.user if self.alone else ""
        return (self.button.name, place.channel, message_ts(self.body), self.value, who)

    @property
    def names(self) -> tuple[str, ...]:
        """Whom and what it is about, and who pressed."""
        about = names_of(self.handle) if self.handle else ()
        return (place_of_click(self.body).user, *about)

    def reference(self, desk: Desk) -> str:
        """The look-up's own reference, or a new one where there is none."""
        return self.handle.lookup_id if self.handle else desk.tools.references()

    def kept(self, desk: Desk) -> Json:
        """What the job needs of the click."""
        return {
            "button": self.button.name,
            "reference": self.reference(desk),
            "asked_at": time.time(),
            "place": keep_place(place_of_click(self.body)),
            "body": {name: self.body[name] for name in _NEEDED if name in self.body},
        }


_NEEDED = ("actions", "container", "message", "channel", "user")
"""Of a click's payload; its secrets are elsewhere."""


async def _answer(desk: Desk, press: _Press, payload: Json, steps: Steps) -> None:
    """Open the look-up and say what the button promises."""
    border = Explained(desk, restore_place(payload["place"]), payload["reference"])
    async with border:
        reopened = _reopened(desk, press, border.place, steps)
        try:
            await press.button.answer(reopened)
        finally:
            reopened.finding.close()
    if border.failed or press.alone:  # what one person saw may be gone: shown again if asked
        desk.seen.forget(*press.key)
    else:
        desk.seen.first("shown", *press.key)


def _reopened(desk: Desk, press: _Press, place: Place, steps: Steps) -> Reopened:
    handle = press.handle or read_handle(press.value)  # raises, in our words
    lookup = Lookup(handle.lookup_id, Question(private=press.alone), place)
    watching = Watching(desk, lookup)

    async def investigate() -> Report:
        investigator = desk.tools.investigator
        async with desk.crew.bounds.turn(place.user, watching.tell):
            report = await investigator.reopen(handle, watching.tell)
            return await investigator.diagnosed(report, watching.tell)

    finding = Finding(steps, desk.tools.renderer, investigate)
    ts = message_ts(press.body)
    return Reopened(desk, press.body, lookup, handle, finding, ts, press.alone)


async def _tell_shown(desk: Desk, press: _Press) -> None:
    """Tell the presser where the answer is that somebody had before them."""
    message = desk.tools.renderer.elsewhere(_SHOWN)
    if not await announce(desk, place_of_click(press.body), message, press.reference(desk)):
        structlog.get_logger("call_doctor").error("asker_not_reached")


def _handle(value: str) -> Handle | None:
    try:
        return read_handle(value)
    except NotAllowed:  # told inside the border
        return None
