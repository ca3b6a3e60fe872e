"""The buttons. A new one is a file here and a line below."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.slack.actions import choose, links, show_more
from bot.slack.desk import Desk

Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]

ACTIONS: tuple[tuple[re.Pattern[str], Callable[[Desk], Listener]], ...] = (
    (show_more.ACTION_ID, show_more.listen),
    (choose.ACTION_ID, choose.listen),
    (links.ACTION_ID, links.listen),  # the last: it takes what no other took
)
