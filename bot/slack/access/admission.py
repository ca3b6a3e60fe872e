"""Checks, before every listener, whether the person may ask there at all.

Only the person sees a refusal, and it shows nothing of what they asked for.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt import BoltResponse

from bot.domain.access import channel_in
from bot.domain.audit import AuditOutcome
from bot.domain.errors import BotError, NotAllowed
from bot.slack.access.audit import audit_refusal
from bot.slack.access.audit_trail import outcome_of_error
from bot.slack.access.entries import (
    conversation_of,
    entry_of,
    is_home_opened,
    saved_lookup_of_press,
)
from bot.slack.context import BotContext
from bot.slack.error_boundary import notify_user
from bot.slack.middleware import OTHER_COMPANY, ephemeral_response, is_own_user
from bot.slack.payloads import Body, reply_target_of, text_at
from bot.slack.sending.calls import PublishHome

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


def check_admission(ctx: BotContext) -> Middleware:
    """Return middleware that lets only admitted deliveries through."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> BoltResponse | None:
        error = await refusal_of(ctx, body)
        if error is None:
            await next()
            return None
        return await _refuse(ctx, body, error)

    return middleware


async def refusal_of(ctx: BotContext, body: Body) -> BotError | None:
    """Return why the person may not ask there; None if they may."""
    if not is_own_user(ctx.identity, body, ctx.access.teams):
        return OTHER_COMPANY
    if entry_of(body) is None and not is_home_opened(body):
        return None
    user, conversation = reply_target_of(body).user, conversation_of(body)
    return _list_refusal(ctx, body, user, channel_in(conversation)) or await _guest_refusal(
        ctx, user
    )


def _list_refusal(ctx: BotContext, body: Body, user: str, channel: str) -> BotError | None:
    rules = ctx.access
    if rules.users is not None and user not in rules.users:
        return _NOT_LISTED
    if not rules.allows(user, channel):
        return _ELSEWHERE
    workspaces = ctx.workspaces_at(channel)
    if workspaces is None:
        return None
    if not workspaces:
        return _ELSEWHERE
    saved_lookup = saved_lookup_of_press(body)
    return _OTHER_WORKSPACE if saved_lookup and saved_lookup.workspace not in workspaces else None


async def _guest_refusal(ctx: BotContext, user: str) -> BotError | None:
    if ctx.access.guests:
        return None
    try:
        person = await ctx.people.find(user)
    except BotError as error:
        return error
    return _GUEST if person is not None and person.guest else None


async def _refuse(ctx: BotContext, body: Body, error: BotError) -> BoltResponse:
    """Acknowledge, tell the person, and write an audit row and a log line.

    A delivery that asks nothing gets no message.
    """
    reference = ctx.tools.new_lookup_id()
    not_allowed = isinstance(error, NotAllowed)
    outcome = AuditOutcome.REFUSED if not_allowed else outcome_of_error(error)
    await audit_refusal(ctx, body, reference, outcome)
    structlog.get_logger("call_doctor").warning(
        "stranger_refused" if error is OTHER_COMPANY else "refused",
        lookup_id=reference,
        cause=error.cause,
    )
    if error is OTHER_COMPANY:
        ctx.shared_channels.mark_shared(reply_target_of(body).channel)
    message = ctx.tools.renderer.error(error, reference)
    if text_at(body, "command"):
        return ephemeral_response(message)
    if is_home_opened(body):
        view = {"type": "home", "blocks": [dict(block) for block in message.blocks]}
        ctx.tasks.spawn(_show_home(ctx, text_at(body, "event", "user"), view))
    elif entry_of(body) is not None:
        ctx.tasks.spawn(_notify(ctx, body, error, reference))
    return BoltResponse(status=200, body="")


async def _show_home(ctx: BotContext, user: str, view: dict[str, Any]) -> None:
    await ctx.sender.plain.send(PublishHome(user, view))


async def _notify(ctx: BotContext, body: Body, error: BotError, reference: str) -> None:
    message = ctx.tools.renderer.error(error, reference)
    if not await notify_user(ctx, reply_target_of(body), message, reference):
        structlog.get_logger("call_doctor").error("asker_not_reached", lookup_id=reference)
