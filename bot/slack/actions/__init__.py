"""The buttons. A new one is a file here and a line below."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.slack.actions import (
    choose,
    links,
    packet,
    recovered,
    refresh,
    reply,
    show_more,
    timeline,
)
from bot.slack.desk import Desk

Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]

REOPENING = (
    show_more.BUTTON,
    recovered.BUTTON,
    timeline.BUTTON,
    reply.BUTTON,
    packet.BUTTON,
)
"""Buttons that open their look-up again."""

ACTIONS: tuple[tuple[re.Pattern[str], Callable[[Desk], Listener]], ...] = (
    *((re.compile(rf"\A{button.name}\Z"), button.listen) for button in REOPENING),
    (choose.ACTION_ID, choose.listen),
    (refresh.ACTION_ID, refresh.listen),
    (links.ACTION_ID, links.listen),  # the last: it takes what no other took
)
