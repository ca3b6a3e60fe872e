"""Runs the workflow step *Diagnose a 100ms call* as a job, and completes it once.

Slack names each run of a step by its `function_execution_id`, and so does the job: an event that
comes again, under whichever `event_id`, begins no second one. The run is completed with the bot's
own token, because the token that the event carries expires after 15 minutes. Nobody waits in Slack:
an error ends the run, and Slack shows it to whoever runs the workflow.
https://docs.slack.dev/workflows/workflow-steps
"""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import structlog

from bot.domain.audit import AuditOutcome, Ending
from bot.domain.errors import (
    AskedWrongly,
    BotError,
    SlackTrouble,
    UnreadableQuestion,
)
from bot.domain.metrics import LookupOutcome
from bot.domain.privacy.personal_names import Names, mask_contacts
from bot.domain.report import Report
from bot.domain.target import Choices
from bot.jobs.ports import JobHandler, Json, Steps
from bot.render.answer.ticket import output_text
from bot.render.choices import choice_label, choice_lead
from bot.slack.audit import end_job_row
from bot.slack.checkpoints.checkpointed_sender import CheckpointedSender
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import error_from_json
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.routes import Delivery, deliver, deliver_thread
from bot.slack.delivery.unconfirmed import refusal_text
from bot.slack.error_boundary import ErrorBoundary
from bot.slack.lookup.channel_defaults import STEP
from bot.slack.lookup.choices import with_names
from bot.slack.lookup.job import LookupJob, lookup_from_json
from bot.slack.lookup.retry import log_answer, opening_state_of, retry_note, retry_partial
from bot.slack.sending.calls import CompleteStep, FailStep
from bot.slack.sending.errors import TRANSIENT, SlackErrorKind
from bot.slack.sending.format_fallback import SendResult
from bot.slack.shared_channels import SHARED, UNKNOWN

STEP_KIND = "workflow_step"
COMPLETION_PAUSES = (2.0, 10.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds between the attempts to complete a run while Slack fails."""

_MAX_CHOICES = 5


def asker_of(lookup: Lookup) -> str:
    """Return the name under which the look-ups of a channel's workflows are limited together."""
    return f"workflow:{lookup.target.channel}"


def error_words(error: BotError, reference: str, names: Names = Names.FULL) -> str:
    """Return an error as Slack shows it to whoever runs the workflow."""
    words = f"{error.headline}. {error.cause} {error.next_step}"
    words = words if names is Names.FULL else mask_contacts(words)
    return f"{output_text(words)} (Reference {reference})"


def step_handler(ctx: BotContext) -> JobHandler:
    """Return the function that runs the job of each run."""

    def handle(payload: Json, steps: Steps) -> Awaitable[None]:
        return StepJob(ctx, payload, steps).run_admitted()

    return handle


class _StepBoundary(ErrorBoundary):
    """Holds the error of a run, which completes the run: there is no asker to tell."""

    async def _report(self, error: BotError) -> None:
        """Do nothing: `StepJob.run` completes the run with the error."""


class StepJob(LookupJob):
    """Answers one run of the step: posts in its channel, if it has one, and returns the outputs."""

    def __init__(self, ctx: BotContext, payload: Json, steps: Steps) -> None:
        lookup = lookup_from_json(payload)
        super().__init__(ctx, lookup, steps)
        self._execution: str = payload["execution"]
        self._refusal = payload["refusal"] and error_from_json(payload["refusal"])
        self.boundary = _StepBoundary(ctx, lookup.target, lookup.id, self.sender)

    @property
    def asker(self) -> str:
        """The name under which the look-up waits for its turn."""
        return asker_of(self.lookup)

    async def run(self) -> None:
        """Answer, complete the run, and record how it ended."""
        delivery = None
        async with self.boundary:
            if self._refusal is not None:
                raise self._refusal
            delivery = await self._answer()
        error = self.boundary.error
        if error is not None:
            words = error_words(error, self.lookup.id, self.result.names)
            # Not cancelled, even if one of the job's subjects was erased.
            await self._complete(FailStep(self._execution, words), self.steps.uncancellable())
        if self._refusal is None:
            self._count()
        await end_job_row(self.ctx, self.steps.job_id, self._ending())
        if delivery is not None:
            await retry_partial(self, delivery)

    async def _answer(self) -> Delivery | None:
        """Return the delivery of the answer; None if there are several to choose from."""
        log = structlog.get_logger("call_doctor")
        log.info("asked", clues=len(self.lookup.query.clues), private=self.lookup.query.private)
        if not self.lookup.query.clues:
            raise UnreadableQuestion(self.lookup.query.complaint)
        try:
            await self._restrict_to_audience()
            self.boundary.names = self.result.names
            choices = await self.result.choices()
            delivery = None if choices else await self._deliver()
            if choices:
                self._outcome = LookupOutcome.CHOICES
                words = self._choice_words(choices)
                await self._complete(FailStep(self._execution, words), self.steps)
        finally:
            self.result.close()
        log.info("answered", outcome=self._outcome.value)
        return delivery

    async def _restrict_to_audience(self) -> None:
        """Post nothing, and name nobody, where people of other companies read or may read.

        Raises SlackTrouble if the bot cannot see the channel that it is to post in.
        """
        ctx, lookup = self.ctx, self.lookup

        async def read_audience() -> Json:
            return await ctx.shared_channels.privacy_reason(lookup.target.channel)

        reason = await self.steps.step(STEP, read_audience) if lookup.target.channel else ""
        if not reason:
            return
        if reason not in (SHARED, UNKNOWN) and not lookup.query.private:
            refused = SendResult(SlackErrorKind.PLACE, reason)
            raise SlackTrouble(f"I could not post there: {refusal_text(refused)}.")
        self.result.names = Names.NONE
        self.lookup = replace(lookup, query=replace(lookup.query, private=True))

    async def _deliver(self) -> Delivery:
        """Post the answer, unless it is private, and complete the run with its outputs."""
        summary = await self._summarise()
        self.note = retry_note(self, summary)
        self.opening_state = opening_state_of(self, summary)
        is_private = self.lookup.query.private
        delivery = Delivery(self, SendResult())
        if not is_private:
            delivery = await deliver_thread(await deliver(self))
        await log_answer(self, summary, delivery.sent)
        self._outcome, self._saved_lookup = summary.outcome, summary.handle
        outputs = await self.result.render("outputs", dict[str, Any], self._render_outputs)
        outputs["permalink"] = await self._find_permalink(delivery.sent)
        sent = await self._complete(CompleteStep(self._execution, outputs), self.steps)
        if not sent.ok:
            raise SlackTrouble(f"Slack did not accept the outputs ({sent.error}).")
        return delivery

    def _render_outputs(self, report: Report) -> dict[str, str | bool | int]:
        return self.ctx.renderer.step_outputs(report)

    async def _find_permalink(self, opening: SendResult) -> str:
        async def find() -> Json:
            return await self.ctx.sender.permalink(opening.channel, opening.ts)

        is_posted = opening.ok and opening.ts
        link: str = await self.steps.step("permalink", find) if is_posted else ""
        return link

    def _choice_words(self, choices: Choices) -> str:
        shown = with_names(choices, self.result.names).candidates[:_MAX_CHOICES]
        listed = "; ".join(f"{choice_label(one)}: {one.value}" for one in shown)
        error = AskedWrongly(
            f"{choice_lead(choices)} {listed}.",
            headline="I found nothing by that name" if choices.note else "Several things match",
            next_step="Give the step what stands after the colon as its target.",
        )
        return error_words(error, self.lookup.id, self.result.names)

    async def _complete(self, call: CompleteStep | FailStep, steps: JobContext) -> SendResult:
        """Complete the run; while Slack fails, try again after each pause."""
        sender = CheckpointedSender(self.ctx.sender, steps, self.ctx.reconciler)
        sent = await sender.send(call)
        for pause in COMPLETION_PAUSES:
            if sent.cause not in TRANSIENT:
                break
            await steps.sleep(pause)
            sent = await sender.send(call)
        if not sent.ok:
            structlog.get_logger("call_doctor").error("step_not_completed", error=sent.error)
        return sent

    def _ending(self) -> Ending:
        if self._refusal is not None:
            return Ending(AuditOutcome.REFUSED, self.lookup.id)
        return super()._ending()
