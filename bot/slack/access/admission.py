"""Before every listener: whether the person may ask there at all.

A refusal is told to them alone, and shows nothing of what they asked for.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt import BoltResponse

from bot.domain.access import channel_in
from bot.domain.errors import BotError, NotAllowed
from bot.domain.records.audit import AuditOutcome
from bot.slack.access.audit import audit_refusal, outcome_for
from bot.slack.access.entries import conversation_of, entry_of, handle_of_press, opens_home
from bot.slack.context import BotContext
from bot.slack.error_boundary import notify_user
from bot.slack.middleware import REFUSAL, is_own_user, ephemeral_response
from bot.slack.payloads import Body, reply_target_of, text_at

Middleware = Callable[..., Awaitable[BoltResponse | None]]

_GUEST = NotAllowed(
    "Call Doctor does not answer guests of this workspace.",
    next_step="Ask a full member of the workspace to look it up.",
)
_ELSEWHERE = NotAllowed(
    "Call Doctor answers in certain channels only, and this is none of them.",
    next_step="Ask in one of those channels, or ask whoever runs Call Doctor to list this one.",
)
_NOT_LISTED = NotAllowed(
    "Call Doctor answers certain people only, and you are not on the list.",
    next_step="Ask whoever runs Call Doctor to add you to ALLOWED_USERS.",
)
_OTHER_WORKSPACE = NotAllowed(
    "The answer that this button belongs to may not be opened here.",
    next_step="Ask where that 100ms workspace may be asked about.",
)


def admission(desk: BotContext) -> Middleware:
    """Lets those through who may ask."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> BoltResponse | None:
        error = await refusal_of(desk, body)
        if error is None:
            await next()
            return None
        return await _refused(desk, body, error)

    return middleware


async def refusal_of(desk: BotContext, body: Body) -> BotError | None:
    """Why the person may not ask there; None if they may."""
    if not is_own_user(desk.identity, body, desk.access.teams):
        return REFUSAL
    if entry_of(body) is None and not opens_home(body):
        return None
    user, conversation = reply_target_of(body).user, conversation_of(body)
    return _unlisted(desk, body, user, channel_in(conversation)) or await _guest(desk, user)


def _unlisted(desk: BotContext, body: Body, user: str, channel: str) -> BotError | None:
    access = desk.access
    if access.users is not None and user not in access.users:
        return _NOT_LISTED
    if not access.allows(user, channel):
        return _ELSEWHERE
    workspaces = desk.workspaces_at(channel)
    if workspaces is None:
        return None
    if not workspaces:
        return _ELSEWHERE
    handle = handle_of_press(body)
    return _OTHER_WORKSPACE if handle and handle.workspace not in workspaces else None


async def _guest(desk: BotContext, user: str) -> BotError | None:
    if desk.access.guests:
        return None
    try:
        person = await desk.people.find(user)
    except BotError as error:
        return error
    return _GUEST if person is not None and person.guest else None


async def _refused(desk: BotContext, body: Body, error: BotError) -> BoltResponse:
    """Acknowledge, tell the person, and leave a row and a line. What asks nothing hears nothing."""
    reference = desk.tools.new_lookup_id()
    allowed = isinstance(error, NotAllowed)
    outcome = AuditOutcome.REFUSED if allowed else outcome_for(error)
    await audit_refusal(desk, body, reference, outcome)
    structlog.get_logger("call_doctor").warning(
        "stranger_refused" if error is REFUSAL else "refused",
        lookup_id=reference,
        cause=error.cause,
    )
    if error is REFUSAL:
        desk.sharing.note(reply_target_of(body).channel)
    message = desk.tools.renderer.error(error, reference)
    if text_at(body, "command"):
        return ephemeral_response(message)
    if opens_home(body):
        view = {"type": "home", "blocks": [dict(block) for block in message.blocks]}
        desk.crew.spawn(_show_home(desk, text_at(body, "event", "user"), view))
    elif entry_of(body) is not None:
        desk.crew.spawn(_tell(desk, body, error, reference))
    return BoltResponse(status=200, body="")


async def _show_home(desk: BotContext, user: str, view: dict[str, Any]) -> None:
    await desk.poster.plain.publish_home(user, view)


async def _tell(desk: BotContext, body: Body, error: BotError, reference: str) -> None:
    message = desk.tools.renderer.error(error, reference)
    if not await notify_user(desk, reply_target_of(body), message, reference):
        structlog.get_logger("call_doctor").error("asker_not_reached", lookup_id=reference)
