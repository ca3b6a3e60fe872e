"""One Web API call as its handler sees it, and the questions that many handlers ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbench.pretend_slack.limits import Problem, check_message
from workbench.pretend_slack.records import Channel, Json, Message, Refused
from workbench.pretend_slack.state import Team


@dataclass(frozen=True, slots=True)
class Ask:
    """A call: the workspace and the arguments, JSON already read."""

    team: Team
    args: Json

    def text(self, name: str) -> str:
        """An argument as text, empty when it isn't there."""
        value = self.args.get(name)
        return "" if value is None else str(value)

    def needed(self, name: str) -> str:
        """An argument that must be there."""
        value = self.text(name)
        if not value:
            words = f"[ERROR] missing required field: {name}"
            raise Refused("invalid_arguments", response_metadata={"messages": [words]})
        return value

    def flag(self, name: str) -> bool:
        """An argument as yes or no; forms carry words."""
        return self.text(name).lower() in ("true", "1")


Handler = Callable[[Ask], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """A Web API method: what it does, the scope it needs, and whose token it takes."""

    handler: Handler
    scope: str = ""
    token: str = "bot"


Methods = Mapping[str, Method]

_KIND_WORD = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


def need_scope(team: Team, scope: str) -> None:
    """Raise Refused unless the app was granted the scope."""
    if scope and scope not in team.app.scopes:
        provided = ",".join(sorted(team.app.scopes))
        raise Refused("missing_scope", needed=scope, provided=provided)


def visible_channel(ask: Ask, name: str = "channel") -> Channel:
    """The conversation, as far as the bot can see it: else channel_not_found."""
    wanted = ask.needed(name)
    channel = ask.team.channels.get(wanted)
    if channel is None:
        raise Refused("channel_not_found")
    if channel.kind != "public" and ask.team.app.bot_user not in channel.members:
        raise Refused("channel_not_found")
    return channel


def readable_channel(ask: Ask, right: str) -> Channel:
    """A conversation of which the app may read; right is read or history."""
    channel = visible_channel(ask)
    need_scope(ask.team, f"{_KIND_WORD[channel.kind]}:{right}")
    if right == "history" and ask.team.app.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def postable_channel(ask: Ask) -> Channel:
    """The conversation that a post goes to; a person's id means the app's direct messages."""
    team, wanted = ask.team, ask.needed("channel")
    own = wanted in team.people or team.is_direct(wanted)
    if own and team.app.messages_tab == "off":
        raise Refused("messages_tab_disabled")
    if wanted in team.people:
        return team.direct_channel(wanted)
    channel = visible_channel(ask)
    if channel.archived:
        raise Refused("is_archived")
    outside = team.app.bot_user not in channel.members
    if outside and "chat:write.public" not in team.app.scopes:
        raise Refused("not_in_channel")
    if channel.restricted:
        raise Refused(channel.restricted)
    return channel


def own_message(ask: Ask, not_mine: str) -> Message:
    """The app's own message that an update or a deletion names."""
    channel = visible_channel(ask)
    message = ask.team.message(channel.id, ask.needed("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message.bot_id != ask.team.app.bot_id:
        raise Refused(not_mine)
    return message


def message_problems(team: Team, args: Json, *, update: bool = False) -> list[Problem]:
    """The limits that a message breaks, and its blocks of types that this workspace refuses."""
    refused = [
        Problem("invalid_blocks", f"/blocks/{index}/type", f"unsupported type: {block.get('type')}")
        for index, block in enumerate(args.get("blocks") or [])
        if isinstance(block, dict) and block.get("type") in team.refused_blocks
    ]
    return [*check_message(args, update=update), *refused]


def refuse_for(problems: list[Problem]) -> None:
    """Raise Slack's refusal for the first problem, naming all of its kind."""
    if not problems:
        return
    code = problems[0].code
    lines = [problem.line for problem in problems if problem.code == code]
    raise Refused(code, response_metadata={"messages": lines})
