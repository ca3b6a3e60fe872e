"""Payloads as Slack sends them.

https://docs.slack.dev/reference/interaction-payloads
"""

from typing import Any

from workbench.pretend_slack.api_views import view_object
from workbench.pretend_slack.records import Channel, Json, Message, NotPossible, Person, View
from workbench.pretend_slack.state import Team


def command(team: Team, channel: Channel, person: Person, words: tuple[str, str]) -> Json:
    """A slash command; `words` are the command and its text. Without a response_url yet."""
    return {
        "token": "deprecated",
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel.command_name,
        "user_id": person.id,
        "user_name": person.name,
        "command": words[0],
        "text": words[1],
        "api_app_id": team.app.app_id,
        "is_enterprise_install": "false",
        "trigger_id": team.new_trigger(person.id),
    }


def message_shortcut(team: Team, message: Message, person: Person, callback_id: str) -> Json:
    """A shortcut used on a message."""
    return _common(team, person, "message_action") | {
        "callback_id": callback_id,
        "message_ts": message.ts,
        "channel": _channel(team.channels[message.channel]),
        "message": message.public() | {"team": team.id},
    }


def global_shortcut(team: Team, person: Person, callback_id: str) -> Json:
    """A shortcut used from anywhere: without a channel and a response_url."""
    return _common(team, person, "shortcut") | {"callback_id": callback_id}


def message_action(team: Team, message: Message, person: Person, action: Json) -> Json:
    """A press on an element of a message; an ephemeral message isn't sent along."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = _common(team, person, "block_actions") | {
        "container": container,
        "channel": _channel(team.channels[message.channel]),
        "state": {"values": {}},
        "actions": [action],
    }
    if message.ephemeral_to is None:
        payload["message"] = message.public() | {"team": team.id}
    return payload


def view_action(team: Team, view: View, person: Person, action: Json, values: Json) -> Json:
    """A press on an element of a modal or a Home tab."""
    payload = _common(team, person, "block_actions", view.id)
    shown = view_object(team, view, values)
    return payload | {
        "container": {"type": "view", "view_id": view.id},
        "view": shown,
        "state": shown["state"],
        "actions": [action],
    }


def view_submission(team: Team, view: View, person: Person, values: Json) -> Json:
    """A modal sent off; the caller adds response_urls where a select asked for them."""
    return _common(team, person, "view_submission", view.id) | {
        "view": view_object(team, view, values),
        "response_urls": [],
    }


def view_closed(team: Team, view: View, person: Person) -> Json:
    """A modal closed by hand."""
    payload = _common(team, person, "view_closed")
    del payload["trigger_id"]
    return payload | {"view": view_object(team, view), "is_cleared": False}


def event(team: Team, content: Json, channel: Channel | None = None) -> Json:
    """An event in its envelope."""
    app = team.app
    return {
        "token": "deprecated",
        "team_id": team.id,
        "context_team_id": team.id,
        "api_app_id": app.app_id,
        "event": content,
        "type": "event_callback",
        "event_id": team.new_id("Ev"),
        "event_time": int(team.now()),
        "is_ext_shared_channel": bool(channel and channel.shared),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": app.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def app_mention(team: Team, message: Message) -> Json:
    """The event of a message that names the bot; in a shared channel it tells whose person wrote.

    https://docs.slack.dev/apis/slack-connect
    """
    person = team.people.get(message.user)
    content = message.public() | {
        "type": "app_mention",
        "team": person.team_id if person else team.id,
        "channel": message.channel,
        "event_ts": message.ts,
    }
    return event(team, content, team.channels[message.channel])


def home_opened(team: Team, person: Person, tab: str) -> Json:
    """The event of a person who opens a tab of the app, with the Home that stands there.

    https://docs.slack.dev/reference/events/app_home_opened
    """
    channel = team.direct_channel(person.id).id
    content: Json = {"type": "app_home_opened", "user": person.id, "channel": channel, "tab": tab}
    homes = [v for v in team.views.values() if v.kind == "home" and v.user == person.id]
    if homes and tab == "home":
        content["view"] = view_object(team, homes[0])
    return event(team, content | {"event_ts": team.new_ts()})


def pressed(team: Team, block_id: str, element: Json, value: Any) -> Json:  # noqa: ANN401
    """The entry of `actions` for a press or a choice."""
    kind = element["type"]
    action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block_id}
    action["action_ts"] = team.new_ts()
    if kind == "button":
        action["text"] = {"emoji": True, **element["text"]}
        return action | {name: element[name] for name in ("value", "style") if name in element}
    if kind == "feedback_buttons":
        side = _feedback_side(element, value)
        return action | {"text": {"emoji": True, **side["text"]}, "value": side["value"]}
    return action | chosen(element, value)


def _feedback_side(element: Json, value: object) -> Json:
    """The button of a pair: `value` is positive, negative or what that button carries."""
    for name in ("positive", "negative"):
        side: Json = element[f"{name}_button"]
        if value in (name, side["value"]):
            return side
    raise NotPossible(f"feedback is positive or negative, not {value!r}")


def chosen(element: Json, value: Any) -> Json:  # noqa: ANN401
    """Return a person's input to an element, as state and actions show it; None for no input."""
    kind = element["type"]
    if kind in ("static_select", "external_select", "radio_buttons", "overflow"):
        return {"type": kind, "selected_option": _option(element, value)}
    if kind in ("checkboxes", "multi_static_select"):
        return {"type": kind, "selected_options": [_option(element, one) for one in value or []]}
    key = {
        "conversations_select": "selected_conversation",
        "channels_select": "selected_channel",
        "users_select": "selected_user",
        "datepicker": "selected_date",
    }.get(kind, "value")
    return {"type": kind, key: value}


def _option(element: Json, value: object) -> Json | None:
    grouped = [o for group in element.get("option_groups", []) for o in group["options"]]
    for option in [*element.get("options", []), *grouped]:
        if option["value"] == value:
            return dict(option)
    return None


def _common(team: Team, person: Person, kind: str, view: str | None = None) -> Json:
    return {
        "type": kind,
        "token": "deprecated",
        "action_ts": team.new_ts(),
        "team": {"id": team.id, "domain": team.domain},
        "user": {
            "id": person.id,
            "name": person.name,
            "username": person.name,
            "team_id": person.team_id,
        },
        "api_app_id": team.app.app_id,
        "is_enterprise_install": False,
        "enterprise": None,
        "trigger_id": team.new_trigger(person.id, view),
    }


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.command_name}
