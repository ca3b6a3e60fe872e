"""Tells the asker what a long look-up waits for, seldom enough not to be a nuisance."""

import time

from bot.slack.desk import Desk, Lookup

APART_SECONDS = 3.0
# Answers at a response_url are few: one for waiting leaves enough for the answer.
KEPT_ANSWERS = 3


class Waiting:
    """A `Tell` for one look-up."""

    def __init__(self, desk: Desk, lookup: Lookup) -> None:
        self._desk = desk
        self._lookup = lookup
        self._last = float("-inf")

    async def __call__(self, reason: str) -> None:
        """Say it, unless something was said a moment ago."""
        now = time.monotonic()
        if now - self._last < APART_SECONDS:
            return
        self._last = now
        desk, lookup, place = self._desk, self._lookup, self._lookup.place
        message = desk.tools.renderer.waiting(reason, lookup.id)
        if place.looking:
            await desk.poster.update(place.channel, place.looking, message, lookup.id)
        elif place.url is not None and place.url.left > KEPT_ANSWERS:
            await desk.poster.respond(place.url, message, "")
