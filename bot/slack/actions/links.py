"""Buttons that open a page: Slack still wants them acknowledged.

https://docs.slack.dev/reference/block-kit/block-elements/button-element
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.audit import AuditOutcome
from bot.slack.desk import Desk
from bot.slack.trail import note

ACTION_ID = re.compile(r".*", re.DOTALL)


def listen(_: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Acknowledges and does nothing: the client opened the page already."""

    async def on_link(ack: AsyncAck, body: dict[str, Any]) -> None:  # noqa: ARG001  Bolt's form
        note(AuditOutcome.LINK)
        await ack()

    return on_link
