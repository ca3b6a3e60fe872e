"""Writes the audit: each delivery has its row before it is acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.audit import Access, AuditOutcome, Ending, Entry
from bot.domain.errors import StoreUnreachable
from bot.slack.desk import Desk
from bot.slack.entries import access_of
from bot.slack.payloads import Body
from bot.slack.trail import Trail, end_row, log_access, on_trail, outcome_for, recorded

WRITE_SECONDS = 0.8
"""After so long a question is refused: Slack waits three seconds for the acknowledgement, and it
has yet to be recorded as a job. Meanwhile its channel's settings are read."""

_BY_ENTRY = {
    Entry.FORM: AuditOutcome.NOT_READ,
    Entry.SHORTCUT: AuditOutcome.FORM_OPENED,
    Entry.MESSAGE_SHORTCUT: AuditOutcome.FORM_OPENED,
}
"""What became of a delivery without a job whose listener says nothing about it."""


@asynccontextmanager
async def audited(desk: Desk, body: Body) -> AsyncIterator[None]:
    """While the block runs a delivery is answered, or its job recorded; its row stands by then.

    Raises StoreUnreachable if the row could not be written: nothing is answered unrecorded.
    """
    access = access_of(desk, body) if desk.tools.audit is not None else None
    if access is None:
        yield
        return
    writing = asyncio.create_task(_begin(desk, access))
    trail = Trail(_BY_ENTRY.get(access.entry, AuditOutcome.ANSWERED), writing)
    try:
        with on_trail(trail):
            yield
            await recorded()
    except Exception as error:
        await asyncio.gather(writing, return_exceptions=True)
        desk.crew.start(end_row(desk, access.key, Ending(outcome_for(error))))
        raise
    if not trail.goes_on:
        desk.crew.start(end_row(desk, access.key, Ending(trail.outcome)))


def with_audit(
    desk: Desk, listener: Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]
) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """The listener of a command, a shortcut, a form or a button, audited."""

    async def on_delivery(ack: AsyncAck, body: dict[str, Any]) -> None:
        async with audited(desk, body):
            await listener(ack, body)

    return on_delivery


async def audit_refusal(desk: Desk, body: Body, reference: str, outcome: AuditOutcome) -> None:
    """One row and one line for what was refused at the door.

    Where the row cannot be written the line stands alone: nothing was answered, so the refusal
    is not held up.
    """
    access, ending = access_of(desk, body), Ending(outcome, reference)
    if access is None:
        return
    try:
        await _begin(desk, access)
    except StoreUnreachable as error:
        structlog.get_logger("call_doctor").warning("audit_not_written", cause=error.cause)
        log_access(access, ending)
    else:
        await end_row(desk, access.key, ending)


async def _begin(desk: Desk, access: Access) -> None:
    if desk.tools.audit is None:
        return
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await desk.tools.audit.begin(access)
    except TimeoutError as error:
        raise StoreUnreachable("The audit could not be written in time.") from error
