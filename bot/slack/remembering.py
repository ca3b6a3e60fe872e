"""Keeps where an answer stands, so that its reference leads back to it."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.domain.answered import Answered
from bot.domain.errors import StoreUnreachable
from bot.domain.handle import Handle, handle_of
from bot.domain.meters import Outcome
from bot.domain.report import Report
from bot.slack.desk import Desk, Lookup
from bot.slack.forms import Sent


@dataclass(frozen=True, slots=True)
class Gist:
    """What is kept of a report."""

    handle: Handle
    complete: bool

    @property
    def outcome(self) -> Outcome:
        """How a look-up ended that was answered so."""
        return Outcome.ANSWERED if self.complete else Outcome.INCOMPLETE


def gist_of(lookup: Lookup) -> Callable[[Report], Gist]:
    """Makes the gist of that look-up's report."""

    def make(report: Report) -> Gist:
        handle = handle_of(report, after=None, shown=0, private=lookup.question.private)
        return Gist(handle, report.completeness.complete)

    return make


async def remember(desk: Desk, lookup: Lookup, gist: Gist, opening: Sent) -> None:
    """Remember an answer that was given; without a database it stands all the same."""
    if desk.tools.answers is None:
        return
    place = lookup.place
    answered = Answered(
        gist.handle, place.user, opening.channel or place.channel, opening.ts, gist.outcome
    )
    try:
        await desk.tools.answers.remember(answered)
    except StoreUnreachable as error:
        structlog.get_logger("call_doctor").warning("not_remembered", cause=error.cause)
