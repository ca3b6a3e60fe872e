"""The one place where an error becomes words: to the asker with a reference, and in the log.

Says something to one person, by whichever way still works.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Self

import structlog

from bot.domain.errors import BotError, RecordUnusable, Unexpected
from bot.domain.privacy.personal_names import Names, masked
from bot.render.message import Message
from bot.slack.context import BotContext
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.errors import TRANSIENT
from bot.slack.sending.format_fallback import SendResult
from bot.slack.sending.sender import Posts


async def notify_user(
    desk: BotContext, place: ReplyTarget, message: Message, lookup_id: str, *, instead: bool = False
) -> bool:
    """Tell the asker; `instead` puts it in the place of our "Looking…". False if nothing worked.

    An attempt that Slack did not confirm may have been seen; the next one has its own part. As
    long as Slack does not refuse for good, all ways are tried again later.
    """
    number, rounds = 1, 0
    while True:
        refused = True
        for attempt in _attempts(desk.poster, place, lookup_id, instead=instead):
            part = message.part if number == 1 else f"{message.part}-{number}"
            sent = await attempt(replace(message, part=part))
            if sent.ok:
                return True
            refused = refused and sent.cause not in TRANSIENT
            number += 1
        if refused or not await desk.poster.wait_and_retry(rounds):
            return False
        rounds += 1


async def announce_alone(
    desk: BotContext, place: ReplyTarget, message: Message, lookup_id: str
) -> bool:
    """Tell the asker alone, and take away our "Looking…" that all can see.

    Where nothing reaches the asker alone, the message takes the place of "Looking…" after all. One
    that cannot be taken away is ended by `bot.slack.durable.amends`.
    """
    if not await notify_user(desk, replace(place, looking=""), message, lookup_id):
        return await notify_user(desk, place, message, lookup_id, instead=True)
    await desk.poster.remove(place.channel, place.looking)
    return True


def _attempts(
    poster: Posts, place: ReplyTarget, lookup_id: str, *, instead: bool
) -> Iterator[Callable[[Message], Awaitable[SendResult]]]:
    if instead and place.looking:
        yield lambda message: poster.update(place.channel, place.looking, message, lookup_id)
    url = place.url
    if url is not None and url.uses_left:
        yield lambda message: poster.respond(url, message, lookup_id)
    if place.channel and place.user:
        yield lambda message: poster.ephemeral(
            place.channel, place.user, message, lookup_id, thread=place.thread
        )
    if place.user:
        yield lambda message: poster.post(place.user, message, lookup_id, first=True)


class ErrorBoundary:
    """A border around the work for one asker: nothing that goes wrong inside stays unsaid.

    `place` may be made more exact while the work goes on. Everything logged inside carries the
    reference as `lookup_id`.
    """

    def __init__(self, desk: BotContext, place: ReplyTarget, reference: str) -> None:
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
        self.error = as_bot_error(error, self._log)
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

    async def _announce(self, desk: BotContext, message: Message) -> bool:
        """To the asker alone, also where a mention's "Looking…" stands for all to see."""
        place = self.place
        if place.looking and place.channel and place.url is None:
            return await announce_alone(desk, place, message, self._reference)
        return await notify_user(desk, place, message, self._reference, instead=True)


def as_bot_error(error: Exception, log: structlog.typing.FilteringBoundLogger) -> BotError:
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


async def report_error(
    desk: BotContext, place: ReplyTarget, reference: str, error: BotError
) -> None:
    """Tell one asker of an error that came before there was anything to look up."""
    async with ErrorBoundary(desk, place, reference):
        raise error
