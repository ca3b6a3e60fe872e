"""What stands before every listener.

The same delivery twice is handled once. Bolt itself does not look.

https://docs.slack.dev/apis/events-api#retries

People of other companies, in shared channels: told from our own by their own ids.

https://docs.slack.dev/apis/slack-connect

An acknowledgement that says something to the one who typed a command.
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
    """Answers a repetition with 200 and no work."""

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
"""Where payloads name the team or the organisation of the person who acts."""

_ENVELOPE_PATHS = (("team_id",), ("team", "id"))
"""Where payloads name the workspace in which something happened, or which installed the app."""


def is_own_user(
    identity: SlackIdentity, body: Body, sister_teams: frozenset[str] = frozenset()
) -> bool:
    """Whether the person who acts is of our workspace, our organisation or a sister workspace.

    Each of the actor's own ids that is there must be one of ours. The envelope never lets anybody
    in: without an id of the actor's it must name us, and in a shared channel that is not enough.
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
    """What a payload says of the actor's team; a command's `team_id` is that of who typed it.

    `event.team` is the installation's where other ids name the author, as slackapi/bolt-python's
    recorded payloads show, and the author's own where they are absent.
    """
    if text_at(body, "command"):
        return _teams_at(body, (("team_id",),)) + _teams_at(body, _ACTOR_PATHS)
    return _teams_at(body, _ACTOR_PATHS) or _teams_at(body, (("event", "team"),))


def _teams_at(body: Body, paths: tuple[tuple[str, ...], ...]) -> list[object]:
    values = (value_at(body, *path) for path in paths)
    return [team for team in values if team not in (None, "")]


def ephemeral_response(message: Message) -> BoltResponse:
    """Errors are 200 too: anything else shows Slack's own, unhelpful words.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    blocks = [dict(block) for block in message.blocks]
    body = {"response_type": "ephemeral", "text": message.text, "blocks": blocks}
    return BoltResponse(status=200, body=body)
