"""Takes a look-up on, and tells the meters how it went."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import TooManyWaiting
from bot.domain.metrics import Outcome, outcome_of
from bot.slack.context import Desk, Lookup
from bot.slack.error_boundary import Explained


@contextmanager
def admission(desk: Desk, asker: str) -> Iterator[None]:
    """Admit one more look-up of this person; the block records it.

    Raises TooManyWaiting, which is counted. A block that raises records nothing.
    """
    bounds = desk.crew.bounds
    try:
        bounds.admit(asker)
    except TooManyWaiting:
        desk.tools.meters.lookup(Outcome.REFUSED)
        raise
    try:
        yield
    except BaseException:
        bounds.withdraw(asker)
        raise


def count_opening(desk: Desk, lookup: Lookup) -> None:
    """An opening stands; to be called for each, only the first counts."""
    if not lookup.begun:
        desk.tools.meters.first_answer_seconds(lookup.seconds)


def count_end(desk: Desk, lookup: Lookup, border: Explained, outcome: Outcome) -> None:
    """A look-up is over, in this process: one that is handed over is counted by who ends it."""
    if border.error is not None:
        outcome = outcome_of(border.error)
    if outcome is Outcome.INCOMPLETE:
        desk.tools.meters.incomplete_answer()
    desk.tools.meters.lookup(outcome)
    desk.tools.meters.completion_seconds(lookup.seconds)
