"""People of other companies, in shared channels: refused, politely and without data.

https://docs.slack.dev/apis/slack-connect
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt import BoltResponse

from bot.domain.errors import NotAllowed
from bot.slack.desk import Desk
from bot.slack.identity import SlackIdentity
from bot.slack.notice import announce
from bot.slack.payloads import Body, text_at
from bot.slack.replies import said_to_asker
from bot.slack.whose import place_of

Middleware = Callable[..., Awaitable[BoltResponse | None]]

REFUSAL = NotAllowed(
    "This Call Doctor belongs to another company, and answers only its own people.",
    next_step="Ask your contact at that company.",
)


def strangers(desk: Desk) -> Middleware:
    """Lets our own people through."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> BoltResponse | None:
        if is_ours(desk.identity, body):
            await next()
            return None
        reference = desk.tools.references()
        structlog.get_logger("call_doctor").warning("stranger_refused", lookup_id=reference)
        message = desk.tools.renderer.error(REFUSAL, reference)
        if text_at(body, "command"):
            return said_to_asker(message)
        desk.crew.start(_refuse(desk, body, reference))
        return BoltResponse(status=200, body="")

    return middleware


async def _refuse(desk: Desk, body: Body, reference: str) -> None:
    message = desk.tools.renderer.error(REFUSAL, reference)
    await announce(desk, place_of(body), message, reference)


def is_ours(identity: SlackIdentity, body: Body) -> bool:
    """Whether the person who acts is of our workspace, or of our Enterprise organisation."""
    teams = {
        text_at(body, "team_id") if text_at(body, "command") else "",
        text_at(body, "user", "team_id"),
        text_at(body, "event", "user_team"),
        text_at(body, "event", "team"),
        text_at(body, "event", "source_team"),
    } - {""}
    if not identity.team_id or teams <= {identity.team_id}:
        return True
    enterprise = text_at(body, "enterprise_id") or text_at(body, "enterprise", "id")
    return bool(identity.enterprise_id) and enterprise == identity.enterprise_id
