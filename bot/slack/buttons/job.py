"""Runs the buttons that open their look-up again: records the press, answers, reports errors.

All data come from the button's value, so the button works after any restart.
`bot.slack.access.admission` has already checked, for every press, whether the person may ask.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.answer_log import Claim
from bot.domain.audit import AuditOutcome, Ending
from bot.domain.privacy.personal_names import Names
from bot.domain.query import LookupQuery
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup, decode
from bot.jobs.ports import Json, Steps
from bot.slack.access.audience import audience_of_press
from bot.slack.access.audit_trail import (
    end_job_row,
    mark_job_recorded,
    outcome_of_error,
    set_outcome,
    wait_until_recorded,
)
from bot.slack.access.shared_channels import SHARED
from bot.slack.buttons.press import ButtonPress, PressClaim
from bot.slack.checkpoints.cancellation import CancellableSteps
from bot.slack.checkpoints.result import LookupResult
from bot.slack.checkpoints.serialization import target_from_json
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import ErrorBoundary, notify_user
from bot.slack.lookup.job import with_checkpoints
from bot.slack.lookup.progress import ProgressReporter
from bot.slack.lookup_metrics import admit_lookup
from bot.slack.payloads import (
    Body,
    ReplyTarget,
    click_id,
    message_ts,
    reply_target_of_click,
)

PRESS_KIND = "press"
_SHOWN_ALREADY = "That was shown already: look in the thread under the answer."
_IN_PROGRESS = "Somebody pressed that a moment ago: it comes in the thread under the answer."


@dataclass(frozen=True, slots=True)
class ReopenedLookup:
    """A press and its look-up; `result` is diagnosed as of the answer that holds the button.

    `message_ts` is that answer's time stamp. `is_private` says that only the person who pressed may
    see the result, and `shared` that other people in the channel are the reason. `body` is the
    stored part of the click.
    """

    ctx: BotContext
    body: Body
    lookup: Lookup
    saved_lookup: SavedLookup
    result: LookupResult
    message_ts: str
    is_private: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class LookupButton:
    """One button by its action_id. With `per_person`, each person gets a separate answer."""

    name: str
    answer: Callable[[ReopenedLookup], Awaitable[None]]
    per_person: bool = False

    def listener(self, ctx: BotContext) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
        """Return a listener that records the press, then acknowledges it.

        A result that is posted for everybody is posted once.
        """

        async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
            press = ButtonPress(self.name, body, per_person=self.per_person)
            press.privacy_reason = SHARED * ctx.shared_channels.is_known_shared(
                reply_target_of_click(body).channel
            )
            if ctx.recent_keys.add(*press.key):
                asker = reply_target_of_click(body).user
                with ctx.recent_keys.rollback_on_error(*press.key), admit_lookup(ctx, asker):
                    await wait_until_recorded()
                    await ctx.jobs.submit(
                        PRESS_KIND, f"{PRESS_KIND}:{click_id(body)}", press.to_payload(ctx)
                    )
                    mark_job_recorded()
            else:
                set_outcome(AuditOutcome.REPEATED)
                ctx.tools.metrics.duplicate_suppressed()
                if ctx.recent_keys.contains("shown", *press.key):
                    ctx.tasks.spawn(_point_to_answer(ctx, press, _SHOWN_ALREADY))
            await ack()

        return on_press


def button_handler(
    ctx: BotContext, buttons: tuple[LookupButton, ...]
) -> Callable[[Json, Steps], Awaitable[None]]:
    """Return the function that runs each press job."""
    buttons_by_name = {button.name: button for button in buttons}

    async def answer(payload: Json, steps: Steps) -> None:
        button = buttons_by_name[payload["button"]]
        press = ButtonPress(button.name, payload["body"], per_person=button.per_person)
        # A press that an older release recorded has no time.
        asked_at = payload.get("asked_at", float("inf"))
        cancellable = CancellableSteps(steps, ctx.tools.erasures, press.subjects, asked_at)
        await _answer(with_checkpoints(ctx, cancellable), button, press, payload, cancellable)

    return answer


async def _answer(
    ctx: BotContext, button: LookupButton, press: ButtonPress, payload: Json, steps: Steps
) -> None:
    """Reopen the look-up and send the messages of the button."""
    boundary = ErrorBoundary(ctx, target_from_json(payload["place"]), payload["reference"])
    keys = {press.key}
    async with boundary:
        names = await _read_audience(ctx, press, boundary.target, payload, steps)
    keys.add(press.key)
    if boundary.failed:
        ctx.recent_keys.forget_all(keys)
        await end_job_row(ctx, steps.job_id, _ending(boundary, Claim.ACQUIRED, press))
        return
    press_claim = PressClaim(None if press.is_private else ctx.tools.post_claims, steps, press.key)
    async with boundary:
        claim = await press_claim.acquire()
        if claim is not Claim.ACQUIRED:
            ctx.tools.metrics.duplicate_suppressed()
            await _point_to_answer(
                ctx, press, _SHOWN_ALREADY if claim is Claim.DONE else _IN_PROGRESS
            )
        else:
            await _run_button(button, _reopen(ctx, press, boundary.target, steps, names))
    await end_job_row(ctx, steps.job_id, _ending(boundary, press_claim.claim, press))
    await press_claim.finish(failed=boundary.failed)
    if boundary.failed or press.is_private or press_claim.claim is Claim.HELD:
        ctx.recent_keys.forget_all(keys)  # may be gone for the one person: show it again
    else:
        ctx.recent_keys.add("shown", *press.key)


def _ending(boundary: ErrorBoundary, claim: Claim, press: ButtonPress) -> Ending:
    """Return how the press is recorded in the audit."""
    outcome = AuditOutcome.ANSWERED if claim is Claim.ACQUIRED else AuditOutcome.REPEATED
    if boundary.error is not None:
        outcome = outcome_of_error(boundary.error)
    return Ending(outcome, press.saved_lookup.lookup_id if press.saved_lookup else "")


async def _run_button(button: LookupButton, reopened: ReopenedLookup) -> None:
    try:
        await button.answer(reopened)
    finally:
        reopened.result.close()


async def _read_audience(
    ctx: BotContext, press: ButtonPress, target: ReplyTarget, payload: Json, steps: Steps
) -> Names:
    """Set the press's privacy reason, and return how the result shows people's names.

    A press that an older release recorded has no such step.
    """
    if payload.get("weighs_audience"):
        press.privacy_reason, names = await audience_of_press(ctx, target, steps)
        return names
    press.privacy_reason = SHARED * ctx.shared_channels.is_known_shared(target.channel)
    return ctx.tools.names


def _reopen(
    ctx: BotContext, press: ButtonPress, target: ReplyTarget, steps: Steps, names: Names
) -> ReopenedLookup:
    saved_lookup = press.saved_lookup or decode(press.value)  # raises NotAllowed
    lookup = Lookup(saved_lookup.lookup_id, LookupQuery(private=press.is_private), target)
    reporter = ProgressReporter(ctx, lookup)

    async def investigate() -> Report:
        investigator = ctx.tools.investigator
        async with ctx.tasks.limiter.slot(target.user, reporter.say_waiting):
            report = await investigator.reopen(saved_lookup, reporter.say_waiting)
            return await investigator.diagnose(report, reporter.say_waiting)

    result = LookupResult(steps, ctx.tools.renderer, investigate, names)
    ts = message_ts(press.body)
    shared = bool(press.privacy_reason)
    return ReopenedLookup(
        ctx, press.body, lookup, saved_lookup, result, ts, press.is_private, shared
    )


async def _point_to_answer(ctx: BotContext, press: ButtonPress, text: str) -> None:
    """Tell the person where to find the answer that an earlier press got."""
    message = ctx.tools.renderer.note(text)
    if not await notify_user(ctx, reply_target_of_click(press.body), message, press.reference(ctx)):
        structlog.get_logger("call_doctor").error("asker_not_reached")
