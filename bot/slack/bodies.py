"""What goes into Slack's calls that say something, and what comes out of them."""

from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.render.message import File, Message, Picture
from bot.slack.forms import Sent

EVENT_TYPE = "call_doctor"


def metadata(lookup_id: str, part: str) -> dict[str, Any]:
    """What marks a message as ours. Anybody in the channel may read it: ids of ours only.

    https://docs.slack.dev/messaging/message-metadata
    """
    return {"event_type": EVENT_TYPE, "event_payload": {"lookup_id": lookup_id, "part": part}}


def uploaded(file: File | Picture) -> dict[str, Any]:
    """A file as slack_sdk wants it; a picture says what it shows to whoever does not see it."""
    facts: dict[str, Any] = {"filename": file.name, "title": file.title}
    if isinstance(file, Picture):
        return {**facts, "content": file.png, "alt_txt": file.alt}
    return {**facts, "content": file.content}


def content(message: Message) -> dict[str, Any]:
    """`text` alone would let Slack remove a message's blocks on update, so both always go."""
    return {"text": message.text, "blocks": [dict(block) for block in message.blocks]}


def sent_of(response: AsyncSlackResponse) -> Sent:
    """Where Slack says that the message stands; a view's id stands for its time stamp."""
    data = response.data if isinstance(response.data, dict) else {}
    view = data.get("view")
    ts = data.get("ts") or data.get("message_ts") or (view or {}).get("id")
    thread = (data.get("message") or {}).get("thread_ts")
    return Sent(channel=str(data.get("channel") or ""), ts=str(ts or ""), thread=str(thread or ""))
