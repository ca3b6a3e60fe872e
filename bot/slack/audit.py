"""Writes the audit: each delivery has its row before it is acknowledged.

`AuditTrail` holds the row of the current delivery; its listener, or the job that continues it, sets
the outcome and ends the row.
https://docs.python.org/3/library/contextvars.html
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.audit import Access, AuditOutcome, Ending, EntryPoint
from bot.domain.errors import (
    BotError,
    NothingFound,
    StoreUnreachable,
    TooManyWaiting,
    UnknownCode,
    UnreadableQuestion,
)
from bot.domain.metrics import outcome_of
from bot.domain.query import LookupQuery
from bot.slack.context import BotContext, Listener
from bot.slack.entries import access_of, row_key
from bot.slack.payloads import Body

WRITE_SECONDS = 0.8
"""Seconds after which a question is refused. Slack waits three seconds for the acknowledgement, and
the question must still be recorded as a job. The channel's settings are read in the meantime."""

_DEFAULT_OUTCOMES = {
    EntryPoint.FORM: AuditOutcome.NOT_READ,
    EntryPoint.SHORTCUT: AuditOutcome.FORM_OPENED,
    EntryPoint.MESSAGE_SHORTCUT: AuditOutcome.FORM_OPENED,
}
"""The outcome of a delivery without a job if its listener sets none."""


@asynccontextmanager
async def audit_delivery(ctx: BotContext, body: Body) -> AsyncIterator[None]:
    """Audit a delivery whose answer, or whose job's record, is made in the block.

    The row is written by the end of the block. Raises StoreUnreachable if it could not be written:
    nothing is answered without a record.
    """
    access = access_of(ctx, body) if ctx.audit is not None else None
    if access is None:
        yield
        return
    write_task = asyncio.create_task(_write_row(ctx, access))
    trail = AuditTrail(_DEFAULT_OUTCOMES.get(access.entry, AuditOutcome.ANSWERED), write_task)
    try:
        with use_trail(trail):
            yield
            await wait_until_recorded()
    except Exception as error:
        await asyncio.gather(write_task, return_exceptions=True)
        ctx.tasks.spawn(end_row(ctx, access.key, Ending(outcome_of_error(error))))
        raise
    if not trail.has_job:
        ctx.tasks.spawn(end_row(ctx, access.key, Ending(trail.outcome, trail.reference)))


def with_audit(ctx: BotContext, listener: Listener) -> Listener:
    """Return the listener of a command, a shortcut, a modal or a button, with its audit."""

    async def on_delivery(ack: AsyncAck, body: dict[str, Any]) -> None:
        async with audit_delivery(ctx, body):
            await listener(ack, body)

    return on_delivery


async def audit_refusal(ctx: BotContext, body: Body, reference: str, outcome: AuditOutcome) -> None:
    """Write the audit row and the log line of a delivery that was refused admission.

    If the row cannot be written, only the line is logged. Nothing was answered, so the refusal does
    not wait for the row.
    """
    access, ending = access_of(ctx, body), Ending(outcome, reference)
    if access is None:
        return
    try:
        await _write_row(ctx, access)
    except StoreUnreachable as error:
        structlog.get_logger("call_doctor").warning("audit_not_written", cause=error.cause)
        log_access(access, ending)
    else:
        await end_row(ctx, access.key, ending)


async def _write_row(ctx: BotContext, access: Access) -> None:
    if ctx.audit is None:
        return
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await ctx.audit.begin(access)
    except TimeoutError as error:
        raise StoreUnreachable("The audit could not be written in time.") from error


@dataclass(slots=True)
class AuditTrail:
    """The outcome of the current delivery, and whether a job continues it.

    `write_task` is the task that writes its row. `reference` is that of the answer it is about.
    """

    outcome: AuditOutcome
    write_task: asyncio.Task[None]
    has_job: bool = False
    reference: str = ""


_TRAIL: ContextVar[AuditTrail | None] = ContextVar("trail", default=None)


@contextmanager
def use_trail(trail: AuditTrail) -> Iterator[None]:
    """Make `mark_job_recorded` and `set_outcome` act on this delivery while the block runs."""
    token = _TRAIL.set(trail)
    try:
        yield
    finally:
        _TRAIL.reset(token)


async def wait_until_recorded() -> None:
    """Return when the row of the current delivery is written. Raises StoreUnreachable.

    Await this before anything that cannot be undone is done for the delivery.
    """
    trail = _TRAIL.get()
    if trail is not None:
        await asyncio.shield(trail.write_task)


def mark_job_recorded() -> None:
    """Note that the current delivery is recorded as a job; the job then ends the row."""
    trail = _TRAIL.get()
    if trail is not None:
        trail.has_job = True


def set_outcome(outcome: AuditOutcome, reference: str = "") -> None:
    """Set the outcome of the current delivery, which is answered without a job."""
    trail = _TRAIL.get()
    if trail is not None:
        trail.outcome = outcome
        trail.reference = reference


def outcome_of_error(error: BaseException) -> AuditOutcome:
    """Return the outcome of a question that ended with this error."""
    if isinstance(error, NothingFound | UnknownCode):
        return AuditOutcome.NOTHING_FOUND
    if isinstance(error, UnreadableQuestion):
        return AuditOutcome.NOT_READ
    if isinstance(error, TooManyWaiting):
        return AuditOutcome.TOO_MANY
    if isinstance(error, BotError):
        return AuditOutcome(outcome_of(error).value)
    return AuditOutcome.FAILED


def outcome_without_lookup(query: LookupQuery) -> AuditOutcome:
    """Return the outcome of a question that is answered without a look-up."""
    return AuditOutcome.HELP if query.help else AuditOutcome.NOT_READ


async def end_job_row(ctx: BotContext, job_id: str, ending: Ending) -> None:
    """Add a job's outcome to the row of its delivery."""
    await end_row(ctx, row_key(job_id.partition(":")[2]), ending)


async def end_row(ctx: BotContext, key: str, ending: Ending) -> None:
    """Complete the row and log it; if the database fails, leave the row and log a warning."""
    if ctx.audit is None:
        return
    try:
        access = await ctx.audit.end(key, ending)
    except StoreUnreachable as error:
        log = structlog.get_logger("call_doctor")
        log.warning("audit_not_ended", key=key, outcome=ending.outcome.value, cause=error.cause)
        return
    if access is not None:
        log_access(access, ending)


def log_access(access: Access, ending: Ending) -> None:
    """Write the audit's log line."""
    structlog.get_logger("call_doctor").info(
        "audit",
        user=access.user,
        channel=access.channel,
        entry=access.entry.value,
        action=access.action,
        subjects=[f"{subject.kind} {subject.id}" for subject in access.subjects],
        workspace=access.workspace,
        room=access.room_id,
        asked_at=access.at.isoformat(),
        outcome=ending.outcome.value,
        lookup_id=access.reference or ending.reference,
    )
