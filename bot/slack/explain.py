"""The one place where an error becomes words: to the asker with a reference, and in the log."""

import asyncio
from types import TracebackType
from typing import Self

import structlog

from bot.domain.errors import BotError, ServiceTrouble, Unexpected
from bot.slack.desk import Desk
from bot.slack.notice import announce
from bot.slack.place import Place

LAST_WORDS_SECONDS = 3


class Stopping(ServiceTrouble):
    """This process ends before the answer was ready."""

    headline = "Call Doctor is being restarted"
    cause = "Your question was not answered in time."
    next_step = "Ask again in a minute."


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
        self.failed = False

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
        if isinstance(error, asyncio.CancelledError):
            await self._last_words()
            return False
        if not isinstance(error, Exception):
            return False
        await self._say(in_words(error, self._log))
        return True

    async def _say(self, error: BotError) -> None:
        message = self._desk.tools.renderer.error(error, self._reference)
        if not await announce(self._desk, self.place, message, self._reference, instead=True):
            self._log.error("asker_not_reached")

    async def _last_words(self) -> None:
        """We are told to stop at once; a sentence is still due."""
        error = in_words(Stopping(), self._log)
        try:
            await asyncio.wait_for(self._say(error), LAST_WORDS_SECONDS)
        except TimeoutError:
            self._log.error("asker_not_reached")


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
