"""conversations.*, users.info, bots.info and reactions.add."""

from collections.abc import Sequence
from typing import TypeVar

from workbench.pretend_slack.asking import (
    Ask,
    Method,
    Methods,
    readable_channel,
    visible_channel,
)
from workbench.pretend_slack.records import Channel, Json, Message, Person, Refused

Item = TypeVar("Item")


def info(ask: Ask) -> Json:
    """conversations.info."""
    return {"channel": channel_object(ask, readable_channel(ask, "read"))}


def channel_object(ask: Ask, channel: Channel) -> Json:
    """A conversation as the Web API shows it."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_archived": channel.archived,
        "is_member": ask.team.app.bot_user in channel.members,
        "is_shared": channel.shared,
        "is_ext_shared": channel.shared,
        "is_org_shared": False,
        "num_members": len(channel.members),
        "context_team_id": ask.team.id,
    }


def history(ask: Ask) -> Json:
    """conversations.history, newest first."""
    channel = readable_channel(ask, "history")
    return _messages(ask, list(reversed(ask.team.in_channel(channel.id))))


def replies(ask: Ask) -> Json:
    """conversations.replies: the root, then its replies, oldest first."""
    channel = readable_channel(ask, "history")
    root = ask.team.message(channel.id, ask.needed("ts"))
    if root is None:
        raise Refused("thread_not_found")
    root_ts = root.thread_ts or root.ts
    thread = ask.team.thread(channel.id, root_ts)
    top = ask.team.message(channel.id, root_ts)
    return _messages(ask, [top, *thread] if top else thread)


def open_direct(ask: Ask) -> Json:
    """conversations.open with one person."""
    users = ask.text("users").split(",")
    if not all(user in ask.team.people for user in users):
        raise Refused("user_not_found")
    channel = ask.team.direct_channel(users[0])
    return {"channel": {"id": channel.id, "is_im": True, "user": users[0]}}


def members(ask: Ask) -> Json:
    """conversations.members."""
    channel = readable_channel(ask, "read")
    page, cursor = _page(ask, sorted(channel.members))
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def user_info(ask: Ask) -> Json:
    """users.info."""
    person = ask.team.people.get(ask.needed("user"))
    if person is None:
        raise Refused("user_not_found")
    return {"user": _user_object(person)}


def bot_info(ask: Ask) -> Json:
    """bots.info."""
    app = ask.team.app
    if ask.text("bot") not in ("", app.bot_id):
        raise Refused("bot_not_found")
    return {
        "bot": {
            "id": app.bot_id,
            "app_id": app.app_id,
            "user_id": app.bot_user,
            "name": app.name,
            "deleted": False,
        }
    }


def add_reaction(ask: Ask) -> Json:
    """reactions.add."""
    channel = visible_channel(ask)
    message = ask.team.message(channel.id, ask.needed("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    name, bot = ask.needed("name"), ask.team.app.bot_user
    for reaction in message.reactions:
        if reaction["name"] == name and bot in reaction["users"]:
            raise Refused("already_reacted")
    message.reactions.append({"name": name, "users": [bot], "count": 1})
    return {}


def _user_object(person: Person) -> Json:
    return {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "real_name": person.real_name or person.name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": person.tz_offset,
        "is_bot": person.is_bot,
        "is_restricted": bool(person.guest),
        "is_ultra_restricted": person.guest == "single",
        "deleted": False,
        "profile": {"real_name": person.real_name, "display_name": person.name},
    }


def _messages(ask: Ask, messages: list[Message]) -> Json:
    oldest, latest = ask.text("oldest") or "0", ask.text("latest") or "9999999999"
    with_ends = ask.flag("inclusive")
    within = [
        message
        for message in messages
        if float(oldest) < float(message.ts) < float(latest)
        or (with_ends and message.ts in (oldest, latest))
        or message.ts == ask.text("ts")
    ]
    page, cursor = _page(ask, within)
    metadata = ask.flag("include_all_metadata")
    return {
        "messages": [message.public(with_metadata=metadata) for message in page],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _page(ask: Ask, items: Sequence[Item]) -> tuple[list[Item], str]:
    """One page and the cursor of the next, empty at the end."""
    cursor = ask.text("cursor") or "0"
    if not cursor.isdecimal():
        raise Refused("invalid_cursor")
    start, size = int(cursor), int(ask.text("limit") or 100)
    if not 1 <= size <= 1000:
        raise Refused("invalid_limit")
    end = start + size
    return list(items[start:end]), str(end) if end < len(items) else ""


METHODS: Methods = {
    "conversations.info": Method(info),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
    "conversations.open": Method(open_direct, "im:write"),
    "conversations.members": Method(members),
    "users.info": Method(user_info, "users:read"),
    "bots.info": Method(bot_info, "users:read"),
    "reactions.add": Method(add_reaction, "reactions:write"),
}
