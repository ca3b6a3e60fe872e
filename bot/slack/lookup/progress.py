"""Tells the asker, while they wait, how far the look-up has come."""

import asyncio
import time
from dataclasses import replace
from typing import Self

from bot.domain.privacy.personal_names import Names
from bot.domain.target import Progress
from bot.render.message import Message
from bot.slack.context import BotContext, Lookup

APART_SECONDS = 3.0
"""Edits of one message: Slack counts them as posts, and people cannot read faster."""
KEPT_ANSWERS = 3
"""Answers at a response_url are few: one for waiting leaves enough for the answer."""


class ProgressReporter:
    """A `Tell` and a `Watch` for one look-up. `shows` is where it is told, once that is known.

    What it says is no part of the answer: it is never recorded and may be lost.
    """

    def __init__(self, desk: BotContext, lookup: Lookup) -> None:
        self.shows = lookup
        self.progress: Progress | None = None
        self.begun = asyncio.Event()
        self._desk = desk
        self._last = float("-inf")
        self._editing: asyncio.Task[None] | None = None
        self._over = False
        self._untold = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        """No "so far" arrives over the words of what went wrong; who is stopped does not wait."""
        if error is None or isinstance(error, Exception):
            await self.close()

    async def say_waiting(self, reason: str) -> None:
        """Say what is waited for, unless something was said a moment ago.

        What came before there was a place to say it is said there.
        """
        if not self.shows.place.looking and self.shows.place.url is None:
            self._untold = reason
        elif self._due():
            await self._say(self._desk.tools.renderer.waiting(reason, self.shows.id))

    def update(self, progress: Progress) -> None:
        """Note how far it is; show it now and then."""
        self.progress = progress
        if not progress.begun:
            return
        self.begun.set()
        if self.shows.place.looking and not self._busy() and self._due():
            self._editing = asyncio.create_task(self._say(self.message(progress)))

    def message(self, progress: Progress) -> Message:
        """The opening as long as it is not final.

        A room may be called by a person's name: where names are not shown, its id is told.
        """
        if self.shows.question.names not in (None, Names.FULL):
            room = replace(progress.target.room, name=None)
            progress = replace(progress, target=replace(progress.target, room=room))
        return self._desk.tools.renderer.progress(progress, self.shows.id)

    def move_to(self, lookup: Lookup, *, just_now: bool = False) -> None:
        """From now on it is told there; perhaps something true was said there just now."""
        self.shows = lookup
        if just_now:
            self._last = time.monotonic()
        elif lookup.place.looking and self._untold and self._due():
            waiting = self._desk.tools.renderer.waiting(self._untold, lookup.id)
            self._editing = asyncio.create_task(self._say(waiting))
            self._untold = ""

    async def close(self) -> None:
        """Say nothing more; return when no edit of ours can arrive after the final one.

        After a crash the investigation may run again for a later part of an answer whose opening
        is final already: it is not to be overwritten by how far that has come.
        """
        self._over = True
        if self._editing is not None:
            await asyncio.gather(self._editing, return_exceptions=True)

    def _busy(self) -> bool:
        return self._editing is not None and not self._editing.done()

    def _due(self) -> bool:
        now = time.monotonic()
        if self._over or now - self._last < APART_SECONDS:
            return False
        self._last = now
        return True

    async def _say(self, message: Message) -> None:
        poster, place = self._desk.poster.plain, self.shows.place
        if place.looking:
            await poster.update(place.channel, place.looking, message, self.shows.id)
        elif place.url is not None and place.url.uses_left > KEPT_ANSWERS:
            await poster.respond(place.url, message, "")
