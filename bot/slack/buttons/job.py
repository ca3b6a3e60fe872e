"""A button that opens its look-up again: pressed, answered once, explained when that fails.

Everything comes out of the button's value, so that it works after any restart. Whether the
presser may ask at all was checked before, for every press, by `bot.slack.middleware.admission`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.privacy.personal_names import Names
from bot.domain.query import LookupQuery
from bot.domain.records.audit import AuditOutcome, Ending
from bot.domain.records.post_claims import Claim
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup, decode
from bot.jobs.ports import Json, Steps
from bot.slack.access.audience import of_press
from bot.slack.access.audit import end_of_job, goes_on, note, outcome_for, recorded
from bot.slack.access.shared_channels import SHARED
from bot.slack.buttons.press import PressClaim, ButtonPress
from bot.slack.checkpoints.cancellation import CancellableSteps
from bot.slack.checkpoints.result import LookupResult
from bot.slack.checkpoints.serialization import target_from_json
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import ErrorBoundary, notify_user
from bot.slack.lookup.job import in_job
from bot.slack.lookup.progress import ProgressReporter
from bot.slack.lookup_metrics import admission
from bot.slack.payloads import (
    Body,
    ReplyTarget,
    click_id,
    message_ts,
    reply_target_of_click,
)

PRESS_KIND = "press"
_SHOWN = "That was shown already: look in the thread under the answer."
_COMES = "Somebody pressed that a moment ago: it comes in the thread under the answer."


@dataclass(frozen=True, slots=True)
class ReopenedLookup:
    """A press with its look-up; `finding` is diagnosed as of the answer that holds the button.

    `message_ts` is that answer's own; `alone` tells that only the presser may see what comes
    of it, `shared` that this is so for the sake of others in the channel; `body` is what is left
    of the click.
    """

    desk: BotContext
    body: Body
    lookup: Lookup
    handle: SavedLookup
    finding: LookupResult
    message_ts: str
    alone: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class LookupButton:
    """One button by its action_id. `each` person who presses gets an answer of their own."""

    name: str
    answer: Callable[[ReopenedLookup], Awaitable[None]]
    each: bool = False

    def listener(self, desk: BotContext) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
        """Records the press, then acknowledges; what was posted for all is posted once."""

        async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
            press = ButtonPress(self.name, body, each=self.each)
            press.shared = SHARED * desk.sharing.known(reply_target_of_click(body).channel)
            if desk.seen.add(*press.key):
                asker = reply_target_of_click(body).user
                with desk.seen.rollback_on_error(*press.key), admission(desk, asker):
                    await recorded()
                    await desk.jobs.submit(
                        PRESS_KIND, f"{PRESS_KIND}:{click_id(body)}", press.kept(desk)
                    )
                    goes_on()
            else:
                note(AuditOutcome.REPEATED)
                desk.tools.meters.duplicate_suppressed()
                if desk.seen.contains("shown", *press.key):
                    desk.crew.spawn(_tell_instead(desk, press, _SHOWN))
            await ack()

        return on_press


def button_handler(
    desk: BotContext, buttons: tuple[LookupButton, ...]
) -> Callable[[Json, Steps], Awaitable[None]]:
    """What is done for each press."""
    named = {button.name: button for button in buttons}

    async def answer(payload: Json, steps: Steps) -> None:
        button = named[payload["button"]]
        press = ButtonPress(button.name, payload["body"], each=button.each)
        # A press that an older release recorded tells no time.
        asked_at = payload.get("asked_at", float("inf"))
        ending = CancellableSteps(steps, desk.tools.forgotten, press.names, asked_at)
        await _answer(in_job(desk, ending), button, press, payload, ending)

    return answer


async def _answer(
    desk: BotContext, button: LookupButton, press: ButtonPress, payload: Json, steps: Steps
) -> None:
    """Open the look-up and say what the button promises."""
    border = ErrorBoundary(desk, target_from_json(payload["place"]), payload["reference"])
    keys = {press.key}
    async with border:
        names = await _audience(desk, press, border.place, payload, steps)
    keys.add(press.key)
    if border.failed:
        desk.seen.forget_all(keys)
        await end_of_job(desk, steps.job_id, _ending(border, Claim.ACQUIRED, press))
        return
    claiming = PressClaim(None if press.alone else desk.tools.shown, steps, press.key)
    async with border:
        claim = await claiming.ask()
        if claim is not Claim.ACQUIRED:
            desk.tools.meters.duplicate_suppressed()
            await _tell_instead(desk, press, _SHOWN if claim is Claim.DONE else _COMES)
        else:
            await _open(button, _reopened(desk, press, border.place, steps, names))
    await end_of_job(desk, steps.job_id, _ending(border, claiming.found, press))
    await claiming.settle(failed=border.failed)
    if border.failed or press.alone or claiming.found is Claim.HELD:
        desk.seen.forget_all(keys)  # what one person saw may be gone: shown again if asked
    else:
        desk.seen.add("shown", *press.key)


def _ending(border: ErrorBoundary, claim: Claim, press: ButtonPress) -> Ending:
    """What becomes of the press in the audit."""
    outcome = AuditOutcome.ANSWERED if claim is Claim.ACQUIRED else AuditOutcome.REPEATED
    if border.error is not None:
        outcome = outcome_for(border.error)
    return Ending(outcome, press.handle.lookup_id if press.handle else "")


async def _open(button: LookupButton, reopened: ReopenedLookup) -> None:
    try:
        await button.answer(reopened)
    finally:
        reopened.finding.close()


async def _audience(
    desk: BotContext, press: ButtonPress, place: ReplyTarget, payload: Json, steps: Steps
) -> Names:
    """Note in the press who may see what comes of it; returns how it names people.

    A press that an older release recorded has no such step.
    """
    if payload.get("weighs_audience"):
        press.shared, names = await of_press(desk, place, steps)
        return names
    press.shared = SHARED * desk.sharing.known(place.channel)
    return desk.tools.names


def _reopened(
    desk: BotContext, press: ButtonPress, place: ReplyTarget, steps: Steps, names: Names
) -> ReopenedLookup:
    handle = press.handle or decode(press.value)  # raises, in our words
    lookup = Lookup(handle.lookup_id, LookupQuery(private=press.alone), place)
    watching = ProgressReporter(desk, lookup)

    async def investigate() -> Report:
        investigator = desk.tools.investigator
        async with desk.crew.bounds.slot(place.user, watching.say_waiting):
            report = await investigator.reopen(handle, watching.say_waiting)
            return await investigator.diagnosed(report, watching.say_waiting)

    finding = LookupResult(steps, desk.tools.renderer, investigate, names)
    ts = message_ts(press.body)
    shared = bool(press.shared)
    return ReopenedLookup(desk, press.body, lookup, handle, finding, ts, press.alone, shared)


async def _tell_instead(desk: BotContext, press: ButtonPress, words: str) -> None:
    """Tell the presser where the answer is that somebody had before them."""
    message = desk.tools.renderer.note(words)
    if not await notify_user(
        desk, reply_target_of_click(press.body), message, press.reference(desk)
    ):
        structlog.get_logger("call_doctor").error("asker_not_reached")
