"""Takes a look-up on, and tells the meters how it went."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import TooManyWaiting
from bot.domain.metrics import LookupOutcome, outcome_of
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import ErrorBoundary


@contextmanager
def admit_lookup(ctx: BotContext, asker: str) -> Iterator[None]:
    """Admit one more look-up of this person; the block records it.

    Raises TooManyWaiting, which is counted. A block that raises records nothing.
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
    """An opening stands; to be called for each, only the first counts."""
    if not lookup.begun:
        ctx.tools.metrics.first_answer_seconds(lookup.seconds)


def record_end(
    ctx: BotContext, lookup: Lookup, boundary: ErrorBoundary, outcome: LookupOutcome
) -> None:
    """A look-up is over, in this process: one that is handed over is counted by who ends it."""
    if boundary.error is not None:
        outcome = outcome_of(boundary.error)
    if outcome is LookupOutcome.INCOMPLETE:
        ctx.tools.metrics.incomplete_answer()
    ctx.tools.metrics.lookup(outcome)
    ctx.tools.metrics.completion_seconds(lookup.seconds)
