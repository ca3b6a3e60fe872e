"""The Home tab: how to ask."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.slack.desk import Desk
from bot.slack.payloads import text_at

EVENT = "app_home_opened"


def listen(desk: Desk) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Publishes the help where a person opens the tab."""

    async def on_home(event: dict[str, Any]) -> None:
        user = text_at(event, "user")
        if user and event.get("tab") == "home":
            desk.crew.start(_publish(desk, user))

    return on_home


async def _publish(desk: Desk, user: str) -> None:
    await desk.poster.plain.publish_home(user, desk.tools.renderer.home())
