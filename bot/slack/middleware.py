"""Middleware that runs before every listener.

`drop_duplicates` handles a repeated delivery once; Bolt itself does not check for repetitions.
https://docs.slack.dev/apis/events-api#retries

`is_own_user` uses ids to tell our own people from people of other companies in shared channels.
https://docs.slack.dev/apis/slack-connect

`ephemeral_response` acknowledges a command with a message to the person who typed it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse

from bot.domain.errors import NotAllowed
from bot.domain.metrics import Metrics
from bot.render.message import Message
from bot.slack.dedupe import RecentKeys
from bot.slack.identity import SlackIdentity
from bot.slack.payloads import Body, text_at, value_at

Middleware = Callable[..., Awaitable[BoltResponse | None]]


def drop_duplicates(recent_keys: RecentKeys, metrics: Metrics) -> Middleware:
    """Return middleware that answers a repeated delivery with 200 and does no work."""

    async def middleware(
        body: dict[str, Any],
        next: Callable[[], Awaitable[None]],  # noqa: A002  Bolt passes it by this name
    ) -> BoltResponse | None:
        key = text_at(body, "event_id") or text_at(body, "trigger_id")
        if key and not recent_keys.add("delivery", key):
            metrics.duplicate_suppressed()
            return BoltResponse(status=200, body="")
        await next()
        return None

    return middleware


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
