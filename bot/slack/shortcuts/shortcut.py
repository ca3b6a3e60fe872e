"""A shortcut, in the manifest's words, and its listener."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from slack_bolt.async_app import AsyncAck

from bot.slack.desk import Desk

Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One shortcut. `listen` makes its listener."""

    name: str
    type: Literal["message", "global"]
    callback_id: str
    description: str
    listen: Callable[[Desk], Listener]
