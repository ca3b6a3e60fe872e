"""Runs the buttons that open their look-up again: records the press, answers, reports errors.

All data come from the button's value, so the button works after any restart.
`bot.slack.admission` has already checked, for every press, whether the person may ask.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.answer_log import Claim
from bot.domain.audit import AuditOutcome, Ending
from bot.domain.errors import SlackTrouble
from bot.domain.query import LookupQuery
from bot.domain.report import Report, with_surroundings
from bot.domain.saved_lookup import SavedLookup, decode, encode
from bot.jobs.ports import JobHandler, Json, Steps
from bot.render.message import File, Message, Picture
from bot.slack.audit import (
    end_job_row,
    mark_job_recorded,
    outcome_of_error,
    set_outcome,
    wait_until_recorded,
)
from bot.slack.buttons.press import ButtonPress, PressClaim
from bot.slack.checkpoints.checkpointed_sender import Sender
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import target_from_json
from bot.slack.context import BotContext, Listener, Lookup
from bot.slack.delivery.unconfirmed import refusal_text, report_unconfirmed
from bot.slack.error_boundary import notify_user
from bot.slack.job import Job, admit_lookup
from bot.slack.lookup.channel_defaults import audience_of_press
from bot.slack.payloads import (
    Body,
    ReplyTarget,
    click_id,
    message_ts,
    reply_target_of_click,
)
from bot.slack.sending.calls import PostEphemeral, PostMessage, Respond, UploadFiles
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult
from bot.slack.shared_channels import SHARED

PRESS_KIND = "press"
_SHOWN_ALREADY = "Already shown, see the thread."
_IN_PROGRESS = "Already on its way, see the thread."


class ButtonJob(Job):
    """One press: reopens the look-up, diagnosed as of the answer that holds the button.

    `saved_lookup` is what the button's value holds; it is set before the button's `answer` runs.
    """

    saved_lookup: SavedLookup

    def __init__(
        self, ctx: BotContext, button: "LookupButton", payload: Json, steps: Steps
    ) -> None:
        self.press = ButtonPress(button.name, payload["body"], per_person=button.per_person)
        lookup = Lookup(
            payload["reference"],
            LookupQuery(),
            target_from_json(payload["place"]),
            weighs_audience=payload.get("weighs_audience", False),
        )
        # A press that an older release recorded has no time.
        asked_at = payload.get("asked_at", float("inf"))
        super().__init__(
            ctx, lookup, JobContext(steps, ctx.erasures, self.press.subjects, asked_at)
        )
        self._button = button
        self._has_subject = False
        self.view: str = payload.get("view", "")
        """The id of the form that the press opened; "" if it opened none."""

    @property
    def thread(self) -> str:
        """Return the thread under the answer that holds the button."""
        return self.lookup.target.thread or message_ts(self.press.body)

    async def run(self) -> None:
        """Send the messages of the button, unless an earlier press did."""
        ctx, press = self.ctx, self.press
        keys = {press.key}
        async with self.boundary:
            press.privacy_reason, self.result.names = await audience_of_press(self)
        keys.add(press.key)
        if self.boundary.failed:
            ctx.recent_keys.forget_all(keys)
            await end_job_row(ctx, self.steps.job_id, self._ending(Claim.ACQUIRED))
            return
        claim = PressClaim(None if press.is_private else ctx.post_claims, self.steps, press.key)
        async with self.boundary:
            await self._answer(await claim.acquire())
        await end_job_row(ctx, self.steps.job_id, self._ending(claim.claim))
        await claim.finish(failed=self.boundary.failed)
        if self.boundary.failed or press.is_private or claim.claim is Claim.HELD:
            ctx.recent_keys.forget_all(keys)  # may be gone for the one person: show it again
        else:
            ctx.recent_keys.add("shown", *press.key)

    async def investigate(self) -> Report:
        """Return the report of the answer that holds the button, with the verdict of its opening.

        Raises BotError if that is not known.
        """
        states = self.ctx.opening_states
        state = await states.find(self.saved_lookup.lookup_id) if states else None
        return with_surroundings(await self.reopen(), state.surroundings if state else None)

    async def reopen(self) -> Report:
        """Return the report of the answer that holds the button, diagnosed without other rooms."""
        investigator, tell = self.ctx.investigator, self.progress.say_waiting
        async with self.slot():
            report = await investigator.reopen(self.saved_lookup, tell)
            return await investigator.diagnose(report, tell)

    async def send(self, *messages: Message) -> bool:
        """Send the messages in order; return True if all of them are in the thread.

        A private result goes to the person who pressed alone. Messages that Slack does not confirm
        are named to that person, and not repeated. Raises SlackTrouble if a message is refused
        everywhere.
        """
        is_public, unconfirmed = True, []
        messages = await self._with_subject(messages)
        for message in messages:
            sent = SendResult(SlackErrorKind.PLACE, "private")
            if not self.press.is_private or self.press.is_typed_directly:
                sent = await self.sender.send(self._reply(message, first=message is messages[0]))
            is_public = is_public and sent.ok
            if sent.is_refused:
                sent = await self._send_to_presser(message)
            if sent.is_refused:
                raise SlackTrouble(f"Every way of answering was refused: {refusal_text(sent)}.")
            if not sent.ok:
                unconfirmed.append(message.part)
        if unconfirmed:
            await report_unconfirmed(self, unconfirmed)
        return is_public

    async def attach(self, file: File | Picture, name: str) -> bool:
        """Return whether the file is in the thread, or may be; then nothing replaces it.

        A file that Slack does not confirm is reported by its `name`.
        """
        if not self.ctx.identity.may_upload:
            return False
        channel = self.lookup.target.channel
        sent = await self.sender.send(UploadFiles(channel, self.thread, (file,)))
        if sent.cause is SlackErrorKind.UNKNOWN:
            await report_unconfirmed(self, [name])
            return True
        return sent.ok

    async def _with_subject(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return the messages; the first of a press that was typed says what they are about."""
        if not self.press.is_typed or self._has_subject or not self._button.says_subject:
            return messages
        self._has_subject = True
        render = partial(self.ctx.renderer.with_subject, messages[0])
        return (await self.result.render("subject", Message, render), *messages[1:])

    async def _answer(self, claim: Claim) -> None:
        if claim is not Claim.ACQUIRED:
            self.ctx.metrics.duplicate_suppressed()
            text = _SHOWN_ALREADY if claim is Claim.DONE else _IN_PROGRESS
            await _point_to_answer(self.ctx, self.sender, self.press, text)
            return
        self.saved_lookup = self.press.saved_lookup or decode(self.press.value)  # raises NotAllowed
        query = LookupQuery(private=self.press.is_private)
        self.lookup = replace(self.lookup, query=query)
        try:
            await self._button.answer(self)
        finally:
            self.result.close()

    def _reply(self, message: Message, *, first: bool) -> PostMessage:
        channel, reference = self.lookup.target.channel, self.lookup.id
        return PostMessage(channel, message, reference, self.thread, first)

    async def _send_to_presser(self, message: Message) -> SendResult:
        target, reference = self.lookup.target, self.lookup.id
        sent = SendResult(SlackErrorKind.PLACE, "no_way")
        if target.url is not None and target.answers_left:
            sent = await self.sender.send(Respond(target.url, message, reference))
        if sent.is_refused:
            sent = await self.sender.send(
                PostEphemeral(
                    target.channel, target.user, message, reference, target.private_thread
                )
            )
        return sent

    def _ending(self, claim: Claim) -> Ending:
        """Return how the press is recorded in the audit."""
        outcome = AuditOutcome.ANSWERED if claim is Claim.ACQUIRED else AuditOutcome.REPEATED
        if self.boundary.error is not None:
            outcome = outcome_of_error(self.boundary.error)
        saved_lookup = self.press.saved_lookup
        return Ending(outcome, saved_lookup.lookup_id if saved_lookup else "")


@dataclass(frozen=True, slots=True)
class LookupButton:
    """One button by its action_id. With `per_person`, each person gets a separate answer.

    `open_view` opens a form at once, because a trigger expires after three seconds, and returns its
    id; `answer` fills it in.
    """

    name: str
    answer: Callable[[ButtonJob], Awaitable[None]]
    per_person: bool = False
    open_view: Callable[[BotContext, Body], Awaitable[str]] | None = None
    says_subject: bool = True
    """Whether its messages begin with the room or person if they were asked for by a word."""

    def listener(self, ctx: BotContext) -> Listener:
        """Return a listener that records the press, then acknowledges it.

        A result that is posted for everybody is posted once.
        """

        async def on_press(ack: AsyncAck, body: dict[str, Any]) -> None:
            press = ButtonPress(self.name, body, per_person=self.per_person)
            opens = self.open_view if press.saved_lookup else None
            view = await opens(ctx, body) if opens else ""
            target = reply_target_of_click(body)
            press.privacy_reason = SHARED * ctx.shared_channels.is_known_shared(target.channel)
            if ctx.recent_keys.add(*press.key):
                with ctx.recent_keys.rollback_on_error(*press.key):
                    await _submit(ctx, press, click_id(body), view)
            else:
                set_outcome(AuditOutcome.REPEATED)
                ctx.metrics.duplicate_suppressed()
                if ctx.recent_keys.contains("shown", *press.key):
                    ctx.tasks.spawn(_point_to_answer(ctx, ctx.sender, press, _SHOWN_ALREADY))
            await ack()

        return on_press


async def start_press(
    ctx: BotContext,
    button: LookupButton,
    saved_lookup: SavedLookup,
    target: ReplyTarget,
    delivery: str,
) -> None:
    """Do what a button does, for a person who typed its name in the thread of `target`.

    `delivery` is Slack's id of the event. Raises TooManyWaiting and StoreUnreachable.
    """
    action = {"action_id": button.name, "value": encode(saved_lookup), "action_ts": delivery}
    body = {
        "actions": [action],
        "container": {
            "channel_id": target.channel,
            "thread_ts": target.thread,
            "message_ts": delivery,
            "typed": True,
        },
        "channel": {"id": target.channel},
        "user": {"id": target.user},
    }
    press = ButtonPress(button.name, body, per_person=button.per_person)
    await _submit(ctx, press, delivery)


async def _submit(ctx: BotContext, press: ButtonPress, delivery: str, view: str = "") -> None:
    """Record a press as a job. Raises TooManyWaiting and StoreUnreachable."""
    with admit_lookup(ctx, reply_target_of_click(press.body).user):
        await wait_until_recorded()
        payload = press.to_payload(ctx, view)
        is_new = await ctx.jobs.submit(PRESS_KIND, f"{PRESS_KIND}:{delivery}", payload)
    mark_job_recorded()
    if not is_new:
        ctx.metrics.duplicate_suppressed()


def button_handler(ctx: BotContext, buttons: tuple[LookupButton, ...]) -> JobHandler:
    """Return the function that runs each press job."""
    buttons_by_name = {button.name: button for button in buttons}

    def handle(payload: Json, steps: Steps) -> Awaitable[None]:
        return ButtonJob(ctx, buttons_by_name[payload["button"]], payload, steps).run_admitted()

    return handle


async def _point_to_answer(ctx: BotContext, sender: Sender, press: ButtonPress, text: str) -> None:
    """Tell the person where to find the answer that an earlier press got."""
    target, reference = reply_target_of_click(press.body), press.reference(ctx)
    if not await notify_user(sender, target, ctx.renderer.note(text), reference):
        structlog.get_logger("call_doctor").error("asker_not_reached")
