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
from bot.domain.records.audit import Access, AuditOutcome, Ending, Entry
from bot.slack.access.entries import access_of
from bot.slack.context import BotContext
from bot.slack.dedupe import digest_of
from bot.slack.payloads import Body


@dataclass(slots=True)
class Trail:
    """How the delivery under way ends, and whether a job goes on with it.

    `writing` is the task that writes its row.
    """

    outcome: AuditOutcome
    writing: asyncio.Task[None]
    goes_on: bool = False


_TRAIL: ContextVar[Trail | None] = ContextVar("trail", default=None)


@contextmanager
def on_trail(trail: Trail) -> Iterator[None]:
    """While the block runs, `goes_on` and `note` are about this delivery."""
    token = _TRAIL.set(trail)
    try:
        yield
    finally:
        _TRAIL.reset(token)


async def recorded() -> None:
    """Return once the row of the delivery under way stands. Raises StoreUnreachable.

    To be awaited before anything is done for the delivery that cannot be taken back.
    """
    trail = _TRAIL.get()
    if trail is not None:
        await asyncio.shield(trail.writing)


def goes_on() -> None:
    """A job was recorded for the delivery under way: the row ends with it."""
    trail = _TRAIL.get()
    if trail is not None:
        trail.goes_on = True


def note(outcome: AuditOutcome) -> None:
    """The delivery under way is answered here and now, in that way."""
    trail = _TRAIL.get()
    if trail is not None:
        trail.outcome = outcome


def key_of(delivery: str) -> str:
    """The key of the row of that delivery; `delivery` is what Slack calls it."""
    return digest_of((delivery,)).hex()


def outcome_for(error: BaseException) -> AuditOutcome:
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


def without_look_up(question: LookupQuery) -> AuditOutcome:
    """What becomes of a question that is answered without a look-up."""
    return AuditOutcome.HELP if question.help else AuditOutcome.NOT_READ


async def end_of_job(desk: BotContext, job_id: str, ending: Ending) -> None:
    """Add what became of a job to the row of its delivery."""
    await end_row(desk, key_of(job_id.partition(":")[2]), ending)


async def end_row(desk: BotContext, key: str, ending: Ending) -> None:
    """Complete the row and log it; a database in trouble leaves the row and a warning."""
    if desk.tools.audit is None:
        return
    try:
        access = await desk.tools.audit.end(key, ending)
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

_BY_ENTRY = {
    Entry.FORM: AuditOutcome.NOT_READ,
    Entry.SHORTCUT: AuditOutcome.FORM_OPENED,
    Entry.MESSAGE_SHORTCUT: AuditOutcome.FORM_OPENED,
}
"""What became of a delivery without a job whose listener says nothing about it."""


@asynccontextmanager
async def audited(desk: BotContext, body: Body) -> AsyncIterator[None]:
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
        desk.crew.spawn(end_row(desk, access.key, Ending(outcome_for(error))))
        raise
    if not trail.goes_on:
        desk.crew.spawn(end_row(desk, access.key, Ending(trail.outcome)))


def with_audit(
    desk: BotContext, listener: Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]
) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """The listener of a command, a shortcut, a form or a button, audited."""

    async def on_delivery(ack: AsyncAck, body: dict[str, Any]) -> None:
        async with audited(desk, body):
            await listener(ack, body)

    return on_delivery


async def audit_refusal(
    desk: BotContext, body: Body, reference: str, outcome: AuditOutcome
) -> None:
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


async def _begin(desk: BotContext, access: Access) -> None:
    if desk.tools.audit is None:
        return
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await desk.tools.audit.begin(access)
    except TimeoutError as error:
        raise StoreUnreachable("The audit could not be written in time.") from error
