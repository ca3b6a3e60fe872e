"""Admits look-ups, and counts their results and times in the metrics."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import TooManyWaiting
from bot.domain.metrics import LookupOutcome, outcome_of
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import ErrorBoundary


@contextmanager
def admit_lookup(ctx: BotContext, asker: str) -> Iterator[None]:
    """Admit one more look-up of this person; the block records it.

    Raises TooManyWaiting, and counts the refusal. If the block raises, the admission is taken back.
    """
    limiter = ctx.tasks.limiter
    try:
        limiter.ensure_room(asker)
    except TooManyWaiting:
        ctx.tools.metrics.lookup(LookupOutcome.REFUSED)
        raise
    try:
        yield
    except BaseException:
        limiter.withdraw(asker)
        raise


def record_first_answer(ctx: BotContext, lookup: Lookup) -> None:
    """Record the time to a posted opening. Call it for each opening; only the first one counts."""
    if not lookup.begun:
        ctx.tools.metrics.first_answer_seconds(lookup.seconds)


def record_end(
    ctx: BotContext, lookup: Lookup, boundary: ErrorBoundary, outcome: LookupOutcome
) -> None:
    """Count a look-up that ended in this process.

    A look-up that another process takes over is counted by the process that ends it.
    """
    if boundary.error is not None:
        outcome = outcome_of(boundary.error)
    if outcome is LookupOutcome.INCOMPLETE:
        ctx.tools.metrics.incomplete_answer()
    ctx.tools.metrics.lookup(outcome)
    ctx.tools.metrics.completion_seconds(lookup.seconds)
