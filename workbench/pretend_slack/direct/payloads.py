"""Events of messages in a conversation with the app.

https://docs.slack.dev/reference/events/message.im
"""

from workbench.pretend_slack.payloads import event
from workbench.pretend_slack.records import Json, Message
from workbench.pretend_slack.state import Team


def message_im(team: Team, message: Message) -> Json:
    """The event of a new message, also of the app's own."""
    person = team.people.get(message.user)
    content = message.public() | {
        "team": person.team_id if person else team.id,
        "channel": message.channel,
        "channel_type": "im",
        "event_ts": message.ts,
    }
    root = team.message(message.channel, message.thread_ts or "")
    if root is not None and root is not message:
        content["parent_user_id"] = root.user
        if message.subtype == "thread_broadcast":
            content["root"] = root.public()
    if message.subtype == "file_share":
        content |= {"upload": False, "display_as_bot": False}
    return event(team, content, team.channels[message.channel])


def message_changed(team: Team, message: Message, before: Json) -> Json:
    """The event of an edit; `before` is the message as it was."""
    more = {"message": message.public(), "previous_message": before}
    return _of_a_change(team, message, "message_changed", more)


def message_deleted(team: Team, message: Message) -> Json:
    """The event of a deletion."""
    more = {"deleted_ts": message.ts, "previous_message": message.public()}
    return _of_a_change(team, message, "message_deleted", more)


def _of_a_change(team: Team, message: Message, subtype: str, more: Json) -> Json:
    now = team.new_ts()
    content = {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": message.channel,
        "channel_type": "im",
        "ts": now,
        "event_ts": now,
    }
    return event(team, content | more, team.channels[message.channel])
