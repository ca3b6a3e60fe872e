"""Tries a partial answer again until it is complete, and updates the same message.

A look-up ends with its answer; what follows is idle work that a restart continues.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from bot.domain.answer_log import OpeningState, PostedAnswer
from bot.domain.difference import AnswerFacts, facts_of
from bot.domain.errors import BotError, StoreUnreachable
from bot.domain.metrics import LookupOutcome
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup, from_report
from bot.investigate.budget import Budget
from bot.render.answer.headline import nameless_sentence, nameless_subject
from bot.render.message import Answer, Message
from bot.slack.delivery.opening_edits import Content, edit_opening
from bot.slack.delivery.routes import Delivery
from bot.slack.home import refresh_home
from bot.slack.job import Job, LookupResult
from bot.slack.sending.calls import PostMessage
from bot.slack.sending.format_fallback import SendResult

_REPLACED = "Everything could be read now. What follows replaces the details above."


@dataclass(frozen=True, slots=True)
class AnswerSummary:
    """The part of a report that is recorded: how to reopen it, and whether it is complete.

    `retry` says that another try may read more: the answer is not cut by our own budget.
    """

    handle: SavedLookup
    complete: bool
    retry: bool = False
    facts: AnswerFacts | None = None
    """None in records of earlier releases."""
    sentence: str = ""
    """The first sentence, which names nobody; "" in records of earlier releases."""
    verdict: str = ""
    confidence: float = 0.0
    subject: str = ""
    """The room, session or person asked about, without names; "" in records of earlier releases."""

    @classmethod
    def of(cls, report: Report, *, private: bool) -> "AnswerSummary":
        """Return the summary of a report."""
        saved_lookup = from_report(report, after=None, shown=0, private=private)
        completeness = report.completeness
        is_within_budget = completeness.fetched < Budget().rows_per_type
        verdict = report.diagnosis.verdict if report.diagnosis else None
        return cls(
            saved_lookup,
            completeness.complete,
            not completeness.complete and is_within_budget,
            facts_of(report),
            nameless_sentence(report),
            verdict.cls if verdict else "",
            verdict.confidence if verdict else 0.0,
            nameless_subject(report),
        )

    @property
    def outcome(self) -> LookupOutcome:
        """Return the outcome of a look-up that was answered with this report."""
        return LookupOutcome.ANSWERED if self.complete else LookupOutcome.INCOMPLETE


async def summarise(job: Job, result: LookupResult) -> AnswerSummary:
    """Return the summary of the job's report."""
    make = partial(AnswerSummary.of, private=job.lookup.query.private)
    summary: AnswerSummary = await result.render("gist", AnswerSummary, make, whole=True)
    return summary


async def log_answer(job: Job, summary: AnswerSummary, opening: SendResult) -> None:
    """Record where an answer was posted. Without a database the answer is still valid."""
    if job.ctx.answer_log is None:
        return
    target = job.lookup.target
    channel = opening.channel or target.channel
    here = target.thread if channel == target.channel else ""
    thread = opening.thread or here or opening.ts
    asked_by = (job.opening_state.asked_by if job.opening_state else "") or target.user
    posted_answer = PostedAnswer(
        summary.handle,
        asked_by,
        channel,
        opening.ts,
        summary.outcome,
        thread,
        summary.sentence,
        summary.verdict,
        summary.confidence,
        summary.subject,
    )
    try:
        await job.ctx.answer_log.remember(posted_answer)
    except StoreUnreachable as error:
        structlog.get_logger("call_doctor").warning("not_remembered", cause=error.cause)
    else:
        refresh_home(job.ctx, target.user)


def opening_state_of(job: Job, summary: AnswerSummary) -> OpeningState:
    """Return the state of an opening with this summary, which has no place yet."""
    target = job.lookup.target
    return OpeningState(
        summary.handle,
        channel=target.channel,
        ts="",
        thread=target.thread,
        facts=summary.facts,
        asked_by=target.user,
        asker=target.user_name,
        note=job.note,
    )


def retry_note(job: Job, summary: AnswerSummary) -> str:
    """Return what a partial answer says about the tries to come; "" if there will be none.

    A message that only one person sees cannot be updated, so nothing is promised there.
    """
    retries = job.ctx.retries
    if not summary.retry or not retries.times or job.lookup.query.private:
        return ""
    until = summary.handle.as_of + timedelta(seconds=retries.pause * retries.times)
    return f"I retry by myself until {until:%H:%M} UTC and update this message."


@dataclass(frozen=True, slots=True)
class Retry:
    """A try that ended the tries: `stands` says that the opening shows its result."""

    result: LookupResult
    summary: AnswerSummary
    stands: bool


async def retry_partial(job: Job, delivery: Delivery) -> Retry | None:
    """Look up again after each pause until the answer is complete, then show that and return it.

    If it never is, the message says that the tries have ended. If another edit replaced the partial
    answer meanwhile, nothing is changed.
    """
    opening, partial_answer, state = delivery.sent, delivery.answer, job.opening_state
    if not (job.note and opening.ok and opening.ts) or partial_answer is None or state is None:
        return None
    place = replace(state, channel=opening.channel, ts=opening.ts)
    try:
        for _ in range(job.ctx.retries.times):
            await job.steps.sleep(job.ctx.retries.pause, idle=True)
            if retry := await _try_again(job, place, partial_answer):
                return retry
    except BotError as error:  # data about this person or room was erased since
        structlog.get_logger("call_doctor").info("retries_ended", cause=error.cause)
    ended = f"I stopped retrying at {job.ctx.clock():%H:%M} UTC. Press Try again to read the rest."
    message = _with_note(partial_answer.opening, job.note, ended)
    content = Content(message, place.handle.as_of)
    await edit_opening(job, place, "ended", partial(_change, place, note=ended), content)
    return None


async def _try_again(job: Job, place: OpeningState, partial_answer: Answer) -> Retry | None:
    """Return the try if it read everything, whether or not the opening could show it."""
    result = LookupResult(job.steps, job.ctx.renderer, job.investigate, job.result.names)
    try:
        summary = await summarise(job, result)
        if not summary.complete:
            return None
        answer = await result.answer(asked_by=job.lookup.target.user_name)
    except BotError as error:
        if job.steps.is_cancelled:
            raise
        structlog.get_logger("call_doctor").info("not_complete_yet", cause=error.cause)
        return None
    finally:
        result.close()
    change = partial(_change, place, handle=summary.handle, facts=summary.facts, note="")
    content = Content(answer.opening, summary.handle.as_of)
    edit = await edit_opening(job, place, "retry", change, content)
    stands = edit.applied and edit.sent.ok
    if stands:
        opening = SendResult(channel=place.channel, ts=place.ts)
        await _post_missing(job, opening, partial_answer, answer)
        await log_answer(job, summary, opening)
    return Retry(result, summary, stands)


def _change(place: OpeningState, state: OpeningState, **fields: Any) -> OpeningState | None:  # noqa: ANN401
    """Return the state with these fields, unless another report stands there by now."""
    return replace(state, **fields) if state.handle.as_of == place.handle.as_of else None


async def _post_missing(
    job: Job, opening: SendResult, partial_answer: Answer, answer: Answer
) -> None:
    """Post the thread of the complete answer, if the partial answer's holds less."""
    shown = [_plain(reply.blocks) for reply in partial_answer.replies]
    missing = [reply for reply in answer.replies if _plain(reply.blocks) not in shown]
    if not missing:
        return
    thread = job.lookup.target.thread or opening.ts
    note = replace(job.ctx.renderer.note(_REPLACED), part="again-note")
    replies = [replace(reply, part=f"again-{reply.part}") for reply in answer.replies]
    for message in [*([note] if shown else []), *replies]:
        await job.sender.send(PostMessage(opening.channel, message, job.lookup.id, thread))


def _plain(blocks: Any) -> Any:  # noqa: ANN401  any JSON
    """Return blocks in one form, whether they come from a record or were made just now."""
    if isinstance(blocks, Mapping):
        return {key: _plain(value) for key, value in blocks.items()}
    if isinstance(blocks, list | tuple):
        return [_plain(block) for block in blocks]
    return blocks


def _with_note(message: Message, note: str, other: str) -> Message:
    """Return the message with `other` in place of the note at its end."""
    blocks = tuple(_replace(block, note, other) for block in message.blocks)
    return replace(message, blocks=blocks)


def _replace(part: Any, text: str, other: str) -> Any:  # noqa: ANN401  any JSON
    if isinstance(part, str):
        return part.replace(text, other)
    if isinstance(part, Mapping):
        return {key: _replace(value, text, other) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_replace(item, text, other) for item in part]
    return part
