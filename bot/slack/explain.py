"""The one place where an error becomes words: to the asker with a reference, and in the log."""

from dataclasses import replace
from types import TracebackType
from typing import Self

import structlog

from bot.domain.errors import BotError, RecordUnusable, Unexpected
from bot.domain.names import Names, masked
from bot.render.message import Message
from bot.slack.desk import Desk
from bot.slack.notice import announce, announce_alone
from bot.slack.place import Place


class Explained:
    """A border around the work for one asker: nothing that goes wrong inside stays unsaid.

    `place` may be made more exact while the work goes on. Everything logged inside carries the
    reference as `lookup_id`.
    """

    def __init__(self, desk: Desk, place: Place, reference: str) -> None:
        self.place = place
        self._desk = desk
        self._reference = reference
        self._log = structlog.get_logger("call_doctor")
        self.names = Names.FULL
        """How people are named in what is said, which may stand in the channel."""
        self.failed = False
        self.error: BotError | None = None
        """What the asker was told instead of an answer, once the block has ended."""

    async def __aenter__(self) -> Self:
        structlog.contextvars.bind_contextvars(lookup_id=self._reference)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.failed = error is not None
        if not isinstance(error, Exception):
            return False
        self.error = in_words(error, self._log)
        await self._say(self.error)
        return True

    async def _say(self, error: BotError) -> None:
        message = self._desk.tools.renderer.error(self._readable(error), self._reference)
        try:
            said = await self._announce(self._desk, message)
        except RecordUnusable:  # then these words have no place in the record either
            plain = replace(self._desk, poster=self._desk.poster.plain)
            said = await self._announce(plain, message)
        if not said:
            self._log.error("asker_not_reached")

    def _readable(self, error: BotError) -> BotError:
        """The error without anybody's e-mail or phone, where names are not shown in full."""
        if self.names is Names.FULL:
            return error
        return BotError(
            masked(error.cause), headline=masked(error.headline), next_step=masked(error.next_step)
        )

    async def _announce(self, desk: Desk, message: Message) -> bool:
        """To the asker alone, also where a mention's "Looking…" stands for all to see."""
        place = self.place
        if place.looking and place.channel and place.url is None:
            return await announce_alone(desk, place, message, self._reference)
        return await announce(desk, place, message, self._reference, instead=True)


def in_words(error: Exception, log: structlog.typing.FilteringBoundLogger) -> BotError:
    """Log an error and return the one to show: ours as it is, any other as a fault of ours."""
    if isinstance(error, BotError):
        log.log(
            {"info": 20, "warning": 30}.get(error.level, 40),
            "not_answered",
            error=type(error).__name__,
            cause=error.cause,
        )
        return error
    log.error("unexpected", exc_info=error)
    return Unexpected()


async def told(desk: Desk, place: Place, reference: str, error: BotError) -> None:
    """Tell one asker of an error that came before there was anything to look up."""
    async with Explained(desk, place, reference):
        raise error
