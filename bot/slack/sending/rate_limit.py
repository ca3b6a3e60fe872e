"""Limits the rate of posts in each channel, and lets openings go first. `Rates` has the numbers.

https://docs.slack.dev/apis/web-api/rate-limits
"""

import asyncio
import time
from collections.abc import Callable

from cachetools import LRUCache

from bot.slack.slack_settings import Rates

MAX_CHANNELS = 2000
MAX_TRIES = 5
"""Attempts to post one message before its 429 is returned. Slack itself set the length of each
wait."""

Clock = Callable[[], float]


class ChannelRateLimiter:
    """One queue for openings and one for replies in each channel, with a shared allowance.

    Openings may overdraw the allowance; replies then wait until it is repaid. No thread can
    therefore hold up another look-up's opening. `replicas` returns how many processes share the
    allowance.
    """

    def __init__(
        self,
        rates: Rates,
        replicas: Callable[[], int] = lambda: 1,
        max_wait: float = 30.0,
        now: Clock = time.monotonic,
    ) -> None:
        self._rates = rates
        self._replicas = replicas
        self._max_wait = max_wait
        self._now = now
        self._allowances: LRUCache[str, _Allowance] = LRUCache(MAX_CHANNELS)

    async def acquire(self, channel: str, *, opening: bool) -> float:
        """Wait until the next message may go to the channel; first come, first served.

        Return 0.0, or at once the seconds for which a 429 blocks the channel if they are more than
        `max_wait`; nothing may be sent then.
        """
        allowance, rates = self._allowance_of(channel), self._rates
        blocked = allowance.seconds_blocked(self._now())
        if blocked > self._max_wait:
            return blocked
        limit = rates.replies_at_once + (rates.openings_at_once if opening else 0)
        async with allowance.openings if opening else allowance.replies:
            cost = max(1, self._replicas()) / rates.per_second
            # Check again after each sleep: a 429 or an opening may have come in between.
            while (pause := allowance.seconds_to_wait(self._now(), limit, cost)) > 0:  # noqa: ASYNC110
                await asyncio.sleep(pause)
            allowance.spend(self._now(), cost)
        return 0.0

    def note(self, channel: str, wait: float) -> bool:
        """Block the whole channel for the seconds that a 429 asks for; 0 means that none came.

        Return whether the refused message should be sent again after that wait.
        """
        if not wait:
            return False
        self._allowance_of(channel).block_until(self._now() + wait)
        return wait <= self._max_wait

    def _allowance_of(self, name: str) -> "_Allowance":
        allowance = self._allowances.get(name)
        if allowance is None:
            allowance = self._allowances[name] = _Allowance()
        return allowance


class _Allowance:
    """The allowance of one channel; `_repaid_at` is when everything posted will be repaid."""

    def __init__(self) -> None:
        self.openings = asyncio.Lock()
        self.replies = asyncio.Lock()
        self._repaid_at = float("-inf")
        self._blocked_until = float("-inf")

    def block_until(self, until: float) -> None:
        """Block all posts until this moment."""
        self._blocked_until = max(self._blocked_until, until)

    def seconds_blocked(self, now: float) -> float:
        """Return the seconds for which nothing may be posted."""
        return max(0.0, self._blocked_until - now)

    def seconds_to_wait(self, now: float, limit: int, cost: float) -> float:
        """Return the seconds until one more post may go.

        `limit` is the number of posts that may be owed; `cost` is the seconds that each post costs.
        """
        return max(self._blocked_until - now, self._repaid_at - now - (limit - 1) * cost)

    def spend(self, now: float, cost: float) -> None:
        """Charge the allowance for one post."""
        self._repaid_at = max(self._repaid_at, now) + cost
