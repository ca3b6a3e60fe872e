"""How fast we post in each channel."""

from aiolimiter import AsyncLimiter
from cachetools import LRUCache

from bot.slack.settings import Rates

CHANNELS = 2000


class Pace:
    """A gate for openings and one for everything else, per channel."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._gates: LRUCache[tuple[str, bool], AsyncLimiter] = LRUCache(CHANNELS)

    async def wait(self, channel: str, *, opening: bool) -> None:
        """Return when the next message may go to that channel; first come, first served."""
        gate = self._gates.get((channel, opening))
        if gate is None:
            gate = self._gates[channel, opening] = self._new(opening=opening)
        await gate.acquire()

    def _new(self, *, opening: bool) -> AsyncLimiter:
        rates = self._rates
        if opening:
            return _limiter(rates.openings_at_once, rates.openings_per_second)
        return _limiter(rates.replies_at_once, rates.replies_per_second)


def _limiter(at_once: int, per_second: float) -> AsyncLimiter:
    """A leaky bucket that holds `at_once` and leaks `per_second`."""
    return AsyncLimiter(at_once, at_once / per_second)
