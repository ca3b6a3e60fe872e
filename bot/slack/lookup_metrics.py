"""Takes a look-up on, and tells the meters how it went."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import TooManyWaiting
from bot.domain.metrics import LookupOutcome, outcome_of
from bot.slack.context import BotContext, Lookup
from bot.slack.error_boundary import ErrorBoundary


@contextmanager
def admission(desk: BotContext, asker: str) -> Iterator[None]:
    """Admit one more look-up of this person; the block records it.

    Raises TooManyWaiting, which is counted. A block that raises records nothing.
    """
    bounds = desk.crew.bounds
    try:
        bounds.ensure_room(asker)
    except TooManyWaiting:
        desk.tools.meters.lookup(LookupOutcome.REFUSED)
        raise
    try:
        yield
    except BaseException:
        bounds.withdraw(asker)
        raise


def record_first_answer(desk: BotContext, lookup: Lookup) -> None:
    """An opening stands; to be called for each, only the first counts."""
    if not lookup.begun:
        desk.tools.meters.first_answer_seconds(lookup.seconds)


def record_end(
    desk: BotContext, lookup: Lookup, border: ErrorBoundary, outcome: LookupOutcome
) -> None:
    """A look-up is over, in this process: one that is handed over is counted by who ends it."""
    if border.error is not None:
        outcome = outcome_of(border.error)
    if outcome is LookupOutcome.INCOMPLETE:
        desk.tools.meters.incomplete_answer()
    desk.tools.meters.lookup(outcome)
    desk.tools.meters.completion_seconds(lookup.seconds)
