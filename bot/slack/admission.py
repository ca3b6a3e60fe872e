"""Middleware that lets only people through who may ask there.

Ids tell our own people from people of other companies in shared channels. Only the person sees a
refusal, and it shows nothing of what they asked for.
https://docs.slack.dev/apis/slack-connect

`ephemeral_response` acknowledges a command with a message to the person who typed it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt import BoltResponse

from bot.domain.access import channel_in
from bot.domain.audit import AuditOutcome
from bot.domain.errors import BotError, NotAllowed
from bot.render.message import Message
from bot.slack.audit import audit_refusal, outcome_of_error
from bot.slack.context import BotContext
from bot.slack.entries import (
    conversation_of,
    entry_of,
    is_home_opened,
    is_step,
    saved_lookup_of_press,
)
from bot.slack.error_boundary import notify_user
from bot.slack.identity import SlackIdentity
from bot.slack.payloads import Body, reply_target_of, text_at, value_at
from bot.slack.sending.calls import PublishHome

Middleware = Callable[..., Awaitable[BoltResponse | None]]


OTHER_COMPANY = NotAllowed(
    "This Call Doctor belongs to another company, and answers only its own people.",
    next_step="Ask your contact at that company.",
)

_ACTOR_PATHS = (
    ("user", "team_id"),
    ("event", "user_team"),
    ("event", "source_team"),
    ("event", "user_profile", "team"),
)
"""Paths in a payload that name the team or the organisation of the person who acts."""

_ENVELOPE_PATHS = (("team_id",), ("team", "id"))
"""Paths in a payload that name the workspace of an event, or the one that installed the app."""


def is_own_user(
    identity: SlackIdentity, body: Body, sister_teams: frozenset[str] = frozenset()
) -> bool:
    """Return whether the actor belongs to our workspace, our organisation or a sister workspace.

    Each of the actor's own ids in the payload must be one of ours. The envelope alone is not enough
    to admit somebody: if the payload has no id of the actor's, the envelope must name us, and a
    shared channel is refused even then.
    """
    own_ids = {identity.team_id, identity.enterprise_id, *sister_teams} - {""}
    actor_teams = _actor_teams(body)
    if actor_teams:
        return all(isinstance(team, str) and team in own_ids for team in actor_teams)
    if value_at(body, "is_ext_shared_channel"):
        return False
    envelope_teams = _teams_at(body, _ENVELOPE_PATHS)
    workspaces = {identity.team_id, *sister_teams} - {""}
    return bool(envelope_teams) and all(team in workspaces for team in envelope_teams)


def _actor_teams(body: Body) -> list[object]:
    """Return the ids of the actor's team.

    A command's `team_id` is the team of the person who typed it.

    If other ids name the author, `event.team` is the installation's team, as the recorded payloads
    of slackapi/bolt-python show. If they are absent, it is the author's own team.
    """
    if text_at(body, "command"):
        return _teams_at(body, (("team_id",),)) + _teams_at(body, _ACTOR_PATHS)
    return _teams_at(body, _ACTOR_PATHS) or _teams_at(body, (("event", "team"),))


def _teams_at(body: Body, paths: tuple[tuple[str, ...], ...]) -> list[object]:
    values = (value_at(body, *path) for path in paths)
    return [team for team in values if team not in (None, "")]


def ephemeral_response(message: Message) -> BoltResponse:
    """Return an acknowledgement that shows the message to the person who typed the command.

    Errors have status 200 too: with any other status Slack shows its own, unhelpful words.
    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    blocks = [dict(block) for block in message.blocks]
    body = {"response_type": "ephemeral", "text": message.text, "blocks": blocks}
    return BoltResponse(status=200, body=body)


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
    """Return why the person may not ask there; None if they may.

    A workflow's step names no person; its job refuses what the lists do not allow.
    """
    if is_step(body):
        return None if _is_own_workflow(ctx, body) else OTHER_COMPANY
    if not is_own_user(ctx.identity, body, ctx.access.teams):
        return OTHER_COMPANY
    if entry_of(body) is None and not is_home_opened(body):
        return None
    user, conversation = reply_target_of(body).user, conversation_of(body)
    return _list_refusal(ctx, body, user, channel_in(conversation)) or await _guest_refusal(
        ctx, user
    )


def _is_own_workflow(ctx: BotContext, body: Body) -> bool:
    """Return whether a step runs in our workspace, or in another one of our organisation."""
    organisation = ctx.identity.enterprise_id
    if organisation and text_at(body, "enterprise_id") == organisation:
        return True
    return is_own_user(ctx.identity, body, ctx.access.teams)


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
    reference = ctx.new_lookup_id()
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
    message = ctx.renderer.error(error, reference)
    if text_at(body, "command"):
        return ephemeral_response(message)
    if is_home_opened(body):
        view = {"type": "home", "blocks": [dict(block) for block in message.blocks]}
        ctx.tasks.spawn(_show_home(ctx, text_at(body, "event", "user"), view))
    elif entry_of(body) is not None and not is_step(body):
        ctx.tasks.spawn(_notify(ctx, body, error, reference))
    return BoltResponse(status=200, body="")


async def _show_home(ctx: BotContext, user: str, view: dict[str, Any]) -> None:
    await ctx.sender.send(PublishHome(user, view))


async def _notify(ctx: BotContext, body: Body, error: BotError, reference: str) -> None:
    message = ctx.renderer.error(error, reference)
    if not await notify_user(ctx.sender, reply_target_of(body), message, reference):
        structlog.get_logger("call_doctor").error("asker_not_reached", lookup_id=reference)
