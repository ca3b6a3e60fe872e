"""What was handled already: Slack may deliver the same thing twice, and people press twice.

https://docs.slack.dev/apis/events-api#retries
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from cachetools import TTLCache

MAX_KEYS = 20_000
TTL_SECONDS = 60 * 60


class RecentKeys:
    """Keys of the last hour, bounded."""

    def __init__(self) -> None:
        self._keys: TTLCache[bytes, bool] = TTLCache(MAX_KEYS, TTL_SECONDS)

    def add(self, *parts: str) -> bool:
        """Whether these parts come for the first time; remembers them."""
        key = digest_of(parts)
        if key in self._keys:
            return False
        self._keys[key] = True
        return True

    def contains(self, *parts: str) -> bool:
        """Whether these parts came before; remembers nothing."""
        return digest_of(parts) in self._keys

    @contextmanager
    def rollback_on_error(self, *parts: str) -> Iterator[None]:
        """What the block starts may be asked for again if it cannot be started."""
        try:
            yield
        except BaseException:
            self.forget(*parts)
            raise

    def forget_all(self, keys: Iterable[Sequence[str]]) -> None:
        """As `forget`, for each of them."""
        for parts in keys:
            self.forget(*parts)

    def forget(self, *parts: str) -> None:
        """Let the same parts come again: what they started failed."""
        self._keys.pop(digest_of(parts), None)


def digest_of(parts: Sequence[str]) -> bytes:
    """Digests: a button's value names people, who may be forgotten meanwhile."""
    return sha256("\0".join(parts).encode(errors="replace")).digest()
