"""How fast we post in each channel, and who goes first.

https://docs.slack.dev/apis/web-api/rate-limits
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from cachetools import LRUCache

from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult
from bot.slack.settings import Rates

CHANNELS = 2000
TRIES = 5
"""Posts of one message before its 429 is told: each wait was Slack's own word."""

Clock = Callable[[], float]


class ChannelRateLimiter:
    """A queue for openings and one for replies in each channel, both drawing on one allowance.

    Openings may overdraw it, replies then wait until that is made good: so no thread holds up
    another look-up's opening. `replicas` tells how many processes share the allowance.
    """

    def __init__(
        self,
        rates: Rates,
        replicas: Callable[[], int] = lambda: 1,
        longest: float = 30.0,
        now: Clock = time.monotonic,
    ) -> None:
        self._rates = rates
        self._replicas = replicas
        self._longest = longest
        self._now = now
        self._channels: LRUCache[str, _Allowance] = LRUCache(CHANNELS)

    async def post(
        self, channel: str, send: Callable[[], Awaitable[SendResult]], *, opening: bool
    ) -> SendResult:
        """Send when it is our turn. A 429 holds the whole channel as long as Slack asks.

        What Slack wants to wait longer than `longest` comes back at once, with its `wait`: also
        for those that come later, without a call.
        """
        for _ in range(TRIES):
            held = self._channel(channel).held(self._now())
            if held > self._longest:
                return SendResult(SlackErrorKind.BUSY, "ratelimited", wait=held)
            await self.acquire(channel, opening=opening)
            sent = await send()
            if sent.wait:
                self._channel(channel).block_until(self._now() + sent.wait)
            if not sent.wait or sent.wait > self._longest:
                break
        return sent

    async def acquire(self, channel: str, *, opening: bool) -> None:
        """Return when the next message may go to that channel; first come, first served."""
        place, rates = self._channel(channel), self._rates
        most = rates.replies_at_once + (rates.openings_at_once if opening else 0)
        async with place.openings if opening else place.replies:
            each = max(1, self._replicas()) / rates.per_second
            # Again after each sleep: a 429 or an opening may have come in between.
            while (pause := place.pause(self._now(), most, each)) > 0:  # noqa: ASYNC110
                await asyncio.sleep(pause)
            place.spend(self._now(), each)

    def _channel(self, name: str) -> "_Allowance":
        place = self._channels.get(name)
        if place is None:
            place = self._channels[name] = _Allowance()
        return place


class _Allowance:
    """One channel's allowance: `_paid` is when all that was posted will be made good."""

    def __init__(self) -> None:
        self.openings = asyncio.Lock()
        self.replies = asyncio.Lock()
        self._paid = float("-inf")
        self._held = float("-inf")

    def block_until(self, until: float) -> None:
        """Post nothing before that moment."""
        self._held = max(self._held, until)

    def held(self, now: float) -> float:
        """Seconds for which nothing may be posted."""
        return max(0.0, self._held - now)

    def pause(self, now: float, most: int, each: float) -> float:
        """Seconds until one more may go, if `most` may be owed and `each` costs so many seconds."""
        return max(self._held - now, self._paid - now - (most - 1) * each)

    def spend(self, now: float, each: float) -> None:
        """One was posted."""
        self._paid = max(self._paid, now) + each
