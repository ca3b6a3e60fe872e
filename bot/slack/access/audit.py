"""Writes the audit: each delivery has its row before it is acknowledged.

What becomes of a delivery, told to its audit row from wherever it is known.

https://docs.python.org/3/library/contextvars.html
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

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
from bot.domain.records.audit import Access, AuditOutcome, Ending, EntryPoint
from bot.slack.access.entries import access_of
from bot.slack.context import BotContext
from bot.slack.dedupe import digest_of
from bot.slack.payloads import Body


@dataclass(slots=True)
class AuditTrail:
    """How the delivery under way ends, and whether a job goes on with it.

    `writing` is the task that writes its row.
    """

    outcome: AuditOutcome
    write_task: asyncio.Task[None]
    has_job: bool = False


_TRAIL: ContextVar[AuditTrail | None] = ContextVar("trail", default=None)


@contextmanager
def use_trail(trail: AuditTrail) -> Iterator[None]:
    """While the block runs, `goes_on` and `note` are about this delivery."""
    token = _TRAIL.set(trail)
    try:
        yield
    finally:
        _TRAIL.reset(token)


async def wait_until_recorded() -> None:
    """Return once the row of the delivery under way stands. Raises StoreUnreachable.

    To be awaited before anything is done for the delivery that cannot be taken back.
    """
    trail = _TRAIL.get()
    if trail is not None:
        await asyncio.shield(trail.write_task)


def mark_job_recorded() -> None:
    """A job was recorded for the delivery under way: the row ends with it."""
    trail = _TRAIL.get()
    if trail is not None:
        trail.has_job = True


def set_outcome(outcome: AuditOutcome) -> None:
    """The delivery under way is answered here and now, in that way."""
    trail = _TRAIL.get()
    if trail is not None:
        trail.outcome = outcome


def row_key(delivery: str) -> str:
    """The key of the row of that delivery; `delivery` is what Slack calls it."""
    return digest_of((delivery,)).hex()


def outcome_of_error(error: BaseException) -> AuditOutcome:
    """How a question ended that ended with this error."""
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
    """What becomes of a question that is answered without a look-up."""
    return AuditOutcome.HELP if query.help else AuditOutcome.NOT_READ


async def end_job_row(ctx: BotContext, job_id: str, ending: Ending) -> None:
    """Add what became of a job to the row of its delivery."""
    await end_row(ctx, row_key(job_id.partition(":")[2]), ending)


async def end_row(ctx: BotContext, key: str, ending: Ending) -> None:
    """Complete the row and log it; a database in trouble leaves the row and a warning."""
    if ctx.tools.audit is None:
        return
    try:
        access = await ctx.tools.audit.end(key, ending)
    except StoreUnreachable as error:
        log = structlog.get_logger("call_doctor")
        log.warning("audit_not_ended", key=key, outcome=ending.outcome.value, cause=error.cause)
        return
    if access is not None:
        log_access(access, ending)


def log_access(access: Access, ending: Ending) -> None:
    """The audit's one line."""
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


WRITE_SECONDS = 0.8
"""After so long a question is refused: Slack waits three seconds for the acknowledgement, and it
has yet to be recorded as a job. Meanwhile its channel's settings are read."""

_DEFAULT_OUTCOMES = {
    EntryPoint.FORM: AuditOutcome.NOT_READ,
    EntryPoint.SHORTCUT: AuditOutcome.FORM_OPENED,
    EntryPoint.MESSAGE_SHORTCUT: AuditOutcome.FORM_OPENED,
}
"""What became of a delivery without a job whose listener says nothing about it."""


@asynccontextmanager
async def audit_delivery(ctx: BotContext, body: Body) -> AsyncIterator[None]:
    """While the block runs a delivery is answered, or its job recorded; its row stands by then.

    Raises StoreUnreachable if the row could not be written: nothing is answered unrecorded.
    """
    access = access_of(ctx, body) if ctx.tools.audit is not None else None
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
        ctx.tasks.spawn(end_row(ctx, access.key, Ending(trail.outcome)))


def with_audit(
    ctx: BotContext, listener: Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]
) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """The listener of a command, a shortcut, a form or a button, audited."""

    async def on_delivery(ack: AsyncAck, body: dict[str, Any]) -> None:
        async with audit_delivery(ctx, body):
            await listener(ack, body)

    return on_delivery


async def audit_refusal(ctx: BotContext, body: Body, reference: str, outcome: AuditOutcome) -> None:
    """One row and one line for what was refused at the door.

    Where the row cannot be written the line stands alone: nothing was answered, so the refusal
    is not held up.
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
    if ctx.tools.audit is None:
        return
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await ctx.tools.audit.begin(access)
    except TimeoutError as error:
        raise StoreUnreachable("The audit could not be written in time.") from error
