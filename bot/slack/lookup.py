"""One look-up from question to answer: greet, investigate, deliver."""

import structlog

from bot.domain.report import Report
from bot.domain.target import Choices
from bot.slack.desk import Desk, Lookup
from bot.slack.explain import Explained
from bot.slack.greet import greet
from bot.slack.offer import offer
from bot.slack.routes import deliver
from bot.slack.waiting import Waiting


def start(desk: Desk, lookup: Lookup) -> None:
    """Begin a look-up after its acknowledgement: the one place where a job is started."""
    desk.crew.start(run(desk, lookup))


async def run(desk: Desk, lookup: Lookup) -> None:
    """Answer one question; whatever happens, the asker reads of it."""
    async with Explained(desk, lookup.place, lookup.id) as border:
        log = structlog.get_logger("call_doctor")
        log.info("asked", clues=len(lookup.question.clues), private=lookup.question.private)
        border.place = await greet(desk, lookup)
        lookup = lookup.at(border.place)
        async with desk.crew.investigations:
            tell = Waiting(desk, lookup)
            found = await desk.tools.investigator.report(lookup.question, lookup.id, tell)
            if isinstance(found, Report):
                found = await desk.tools.investigator.diagnosed(found, tell)
        if isinstance(found, Choices):
            await offer(desk, lookup, found)
        else:
            await deliver(desk, lookup, found)
        log.info("answered", choices=isinstance(found, Choices))
