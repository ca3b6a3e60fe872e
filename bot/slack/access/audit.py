"""Writes the audit: each delivery has its row before it is acknowledged.

https://docs.python.org/3/library/contextvars.html
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.errors import (
    StoreUnreachable,
)
from bot.domain.records.audit import Access, AuditOutcome, Ending, EntryPoint
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
