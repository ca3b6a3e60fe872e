"""What a payload says about its channel is remembered, whoever sent it."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.slack.sharing import SharedChannels

Middleware = Callable[..., Awaitable[None]]


def heeding(sharing: SharedChannels) -> Middleware:
    """Remembers the channels that payloads call shared."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> None:
        sharing.heed(body)
        await next()

    return middleware
