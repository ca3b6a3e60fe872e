"""Handles a repeated delivery or press once.

Slack may deliver the same thing twice, and people press twice. Bolt itself does not check for
repetitions: `drop_duplicates` is the middleware that does.
https://docs.slack.dev/apis/events-api#retries
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from cachetools import TTLCache
from slack_bolt import BoltResponse

from bot.domain.metrics import Metrics
from bot.slack.payloads import text_at

MAX_KEYS = 20_000
TTL_SECONDS = 60 * 60


class RecentKeys:
    """The keys of the last hour, limited in number."""

    def __init__(self) -> None:
        self._keys: TTLCache[bytes, bool] = TTLCache(MAX_KEYS, TTL_SECONDS)

    def add(self, *parts: str) -> bool:
        """Return whether these parts are new, and remember them."""
        key = digest_of(parts)
        if key in self._keys:
            return False
        self._keys[key] = True
        return True

    def contains(self, *parts: str) -> bool:
        """Return whether these parts were added before; remember nothing."""
        return digest_of(parts) in self._keys

    @contextmanager
    def rollback_on_error(self, *parts: str) -> Iterator[None]:
        """Forget these parts if the block raises, so that its work may be asked for again."""
        try:
            yield
        except BaseException:
            self.forget(*parts)
            raise

    def forget_all(self, keys: Iterable[Sequence[str]]) -> None:
        """Forget each of these keys, as `forget` does."""
        for parts in keys:
            self.forget(*parts)

    def forget(self, *parts: str) -> None:
        """Allow the same parts again, because the work that they started failed."""
        self._keys.pop(digest_of(parts), None)


def digest_of(parts: Sequence[str]) -> bytes:
    """Return a digest of the parts.

    A digest is stored in place of a button's value, which names people who may be erased meanwhile.
    """
    return sha256("\0".join(parts).encode(errors="replace")).digest()


def drop_duplicates(
    recent_keys: RecentKeys, metrics: Metrics
) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Return middleware that answers a repeated delivery with 200 and does no work."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> BoltResponse | None:
        key = text_at(body, "event_id") or text_at(body, "trigger_id")
        if key and not recent_keys.add("delivery", key):
            metrics.duplicate_suppressed()
            return BoltResponse(status=200, body="")
        await next()
        return None

    return middleware
