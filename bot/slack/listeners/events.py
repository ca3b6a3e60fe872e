"""Listener for opening the Home tab, which `bot.slack.home` builds."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.slack.context import BotContext
from bot.slack.home import open_home
from bot.slack.payloads import text_at

APP_HOME_OPENED = "app_home_opened"


def home_listener(ctx: BotContext) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Return a listener that publishes the Home of a person who opens the Home tab."""

    async def on_home(event: dict[str, Any]) -> None:
        user = text_at(event, "user")
        if user and event.get("tab") == "home":
            open_home(ctx, user)

    return on_home
