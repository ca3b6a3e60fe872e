"""Writes the audit: each delivery has its row before it is acknowledged.

https://docs.python.org/3/library/contextvars.html
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.audit import Access, AuditOutcome, Ending, EntryPoint
from bot.domain.errors import (
    StoreUnreachable,
)
from bot.slack.access.audit_trail import (
    AuditTrail,
    end_row,
    log_access,
    outcome_of_error,
    use_trail,
    wait_until_recorded,
)
from bot.slack.access.entries import access_of
from bot.slack.context import BotContext
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
    if ctx.tools.audit is None:
        return
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await ctx.tools.audit.begin(access)
    except TimeoutError as error:
        raise StoreUnreachable("The audit could not be written in time.") from error
