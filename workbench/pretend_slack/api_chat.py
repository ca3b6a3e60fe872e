"""chat.*: posts, updates, deletions, ephemeral messages, links and unfurls."""

from workbench.pretend_slack.asking import (
    Ask,
    Method,
    Methods,
    message_problems,
    own_message,
    postable_channel,
    refuse_for,
    visible_channel,
)
from workbench.pretend_slack.records import Channel, Json, Message, Refused

# https://docs.slack.dev/changelog/2018-truncating-really-long-messages
TEXT_KEPT = 40_000
_OPTIONS = ("unfurl_links", "unfurl_media", "parse", "link_names", "mrkdwn", "reply_broadcast")


def post_message(ask: Ask) -> Json:
    """chat.postMessage."""
    channel = postable_channel(ask)
    refuse_for(message_problems(ask.team, ask.args))
    message = ask.team.app_message(
        channel.id,
        **content(ask.args),
        thread_ts=thread_of(ask, channel),
        options={name: ask.args[name] for name in _OPTIONS if name in ask.args},
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.public()}


def update(ask: Ask) -> Json:
    """chat.update: without blocks, the blocks go; metadata stay unless sent."""
    message = own_message(ask, "cant_update_message")
    if ask.team.channels[message.channel].archived:
        raise Refused("is_inactive")
    _refuse_late_edit(ask, message)
    refuse_for(message_problems(ask.team, ask.args, update=True))
    _refuse_swapped_blocks(message, ask.args.get("blocks") or [])
    message.edits.append(message.public())
    for name, value in content(ask.args).items():
        if name != "metadata" or "metadata" in ask.args:
            setattr(message, name, value)
    message.edited = {"user": ask.team.app.bot_user, "ts": ask.team.new_ts()}
    shown = message.public()
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


def delete(ask: Ask) -> Json:
    """chat.delete."""
    message = own_message(ask, "cant_delete_message")
    message.deleted = True
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(ask: Ask) -> Json:
    """chat.postEphemeral: both the bot and the person must be in the channel."""
    team, channel = ask.team, visible_channel(ask)
    if channel.archived:
        raise Refused("is_archived")
    if team.app.bot_user not in channel.members:
        raise Refused("not_in_channel")
    user = ask.needed("user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    if any(each.get("blocks") for each in ask.args.get("attachments") or []):
        raise Refused("invalid_attachments")
    refuse_for(message_problems(ask.team, ask.args))
    thread = thread_of(ask, channel)
    message = team.app_message(channel.id, **content(ask.args), thread_ts=thread, ephemeral_to=user)
    # https://docs.slack.dev/reference/methods/chat.postEphemeral: a thread must be active.
    message.hidden = thread is not None and not team.thread(channel.id, thread)
    return {"message_ts": message.ts}


def permalink(ask: Ask) -> Json:
    """chat.getPermalink."""
    channel, ts = visible_channel(ask), ask.needed("message_ts")
    message = ask.team.message(channel.id, ts)
    if message is None:
        raise Refused("message_not_found")
    link = f"https://{ask.team.domain}.slack.example/archives/{channel.id}/p{ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def unfurl(ask: Ask) -> Json:
    """chat.unfurl: rich_text isn't accepted there."""
    channel = visible_channel(ask)
    message = ask.team.message(channel.id, ask.needed("ts"))
    unfurls = ask.args.get("unfurls")
    if message is None or not isinstance(unfurls, dict):
        raise Refused("cannot_unfurl_url" if message else "cannot_find_message")
    for each in unfurls.values():
        blocks = each.get("blocks") or []
        refuse_for(message_problems(ask.team, {"text": "-", "blocks": blocks}))
        if any(block.get("type") == "rich_text" for block in blocks):
            raise Refused("invalid_blocks")
    message.unfurls |= unfurls
    return {}


def content(args: Json) -> Json:
    """The parts of a message in the args of a post."""
    return {
        "text": str(args.get("text") or "")[:TEXT_KEPT],
        "blocks": _with_ids(args.get("blocks") or []),
        "attachments": args.get("attachments") or [],
        "metadata": args.get("metadata") or None,
    }


def _with_ids(blocks: list[Json]) -> list[Json]:
    """Slack gives each block an id when the app gave none."""
    return [{"block_id": f"b{index}", **block} for index, block in enumerate(blocks)]


def thread_of(ask: Ask, channel: Channel) -> str | None:
    """The thread that a reply lands in; under an unknown parent it lands in the channel.

    slack-go issue 1571 tells of replies that silently land un-threaded.
    """
    wanted = ask.text("thread_ts")
    parent = ask.team.message(channel.id, wanted) if wanted else None
    if parent is None:
        return None
    if parent.thread_ts not in (None, parent.ts):
        raise Refused("cannot_reply_to_message")
    parent.thread_ts = parent.ts
    return parent.ts


def _refuse_late_edit(ask: Ask, message: Message) -> None:
    """Raise Refused when the workspace's time for edits is over."""
    limit = ask.team.edit_seconds
    if limit is not None and ask.team.now() - float(message.ts) > limit:
        raise Refused("edit_window_closed")


def _refuse_swapped_blocks(message: Message, blocks: list[Json]) -> None:
    """A rich_text block can't become another kind, nor another kind rich_text."""
    before = {block["block_id"]: block["type"] for block in message.blocks}
    for block in blocks:
        old = before.get(block.get("block_id", ""))
        if old not in (None, block["type"]) and "rich_text" in (old, block["type"]):
            raise Refused("block_mismatch")


METHODS: Methods = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.delete": Method(delete, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.getPermalink": Method(permalink),
    "chat.unfurl": Method(unfurl, "links:write"),
}
