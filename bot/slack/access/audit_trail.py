"""Holds the audit row of the current delivery: its outcome and its end.

https://docs.python.org/3/library/contextvars.html
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog

from bot.domain.audit import Access, AuditOutcome, Ending
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
from bot.slack.context import BotContext
from bot.slack.dedupe import digest_of


@dataclass(slots=True)
class AuditTrail:
    """The outcome of the current delivery, and whether a job continues it.

    `write_task` is the task that writes its row.
    """

    outcome: AuditOutcome
    write_task: asyncio.Task[None]
    has_job: bool = False


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


def set_outcome(outcome: AuditOutcome) -> None:
    """Set the outcome of the current delivery, which is answered without a job."""
    trail = _TRAIL.get()
    if trail is not None:
        trail.outcome = outcome


def row_key(delivery: str) -> str:
    """Return the key of a delivery's row; `delivery` is Slack's id of the delivery."""
    return digest_of((delivery,)).hex()


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
