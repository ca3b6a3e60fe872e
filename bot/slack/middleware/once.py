"""The same delivery twice is handled once. Bolt itself does not look.

https://docs.slack.dev/apis/events-api#retries
"""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse

from bot.domain.meters import Meters
from bot.slack.payloads import text_at
from bot.slack.seen import Seen

Middleware = Callable[..., Awaitable[BoltResponse | None]]


def once(seen: Seen, meters: Meters) -> Middleware:
    """Answers a repetition with 200 and no work."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> BoltResponse | None:
        key = text_at(body, "event_id") or text_at(body, "trigger_id")
        if key and not seen.first("delivery", key):
            meters.duplicate_suppressed()
            return BoltResponse(status=200, body="")
        await next()
        return None

    return middleware
