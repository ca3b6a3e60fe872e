"""Payloads of every entry point as Slack delivers them; a test changes fields of them."""

from typing import Any

from tests.support.slack.edge_harness import Bench
from tests.support.slack.fakes import ROOM, reopening, report_of
from workbench.pretend_slack import Delivery
from workbench.pretend_slack.payloads import (
    app_mention,
    command,
    global_shortcut,
    message_action,
    message_shortcut,
    pressed,
)

Json = dict[str, Any]
ENTRIES = ("command", "mention", "message_shortcut", "global_shortcut", "form", "button")
_KINDS = {"command": "slash_commands", "mention": "events_api"}


def payload_of(bench: Bench, entry: str, channel: str, user: str) -> Json:
    """Return the payload Slack sends when `user` asks about ROOM there, or presses a button."""
    return _MAKERS[entry](bench, channel, user)


async def deliver(bench: Bench, entry: str, payload: Json) -> Delivery:
    return await bench.slack.postman.carry(_KINDS.get(entry, "interactive"), payload)


def changed(payload: Json, changes: dict[str, Any]) -> Json:
    """Return the payload with the value at each dotted path replaced, or removed if None."""
    for path, value in changes.items():
        *parents, last = path.split(".")
        inner = payload
        for name in parents:
            inner = inner.get(name, {}) if value is None else inner.setdefault(name, {})
        if value is None:
            inner.pop(last, None)
        else:
            inner[last] = value
    return payload


def _command(bench: Bench, channel: str, user: str) -> Json:
    team = bench.team
    made = command(team, team.channels[channel], team.people[user], ("/call-errors", ROOM))
    made["response_url"], url = team.new_url("commands", channel, user)
    url.ready.set()
    return made


def _mention(bench: Bench, channel: str, user: str) -> Json:
    text = f"<@{bench.team.app.bot_user}> {ROOM}"
    return app_mention(bench.team, bench.slack.say(channel, text, user=user))


def _message_shortcut(bench: Bench, channel: str, user: str) -> Json:
    message = bench.slack.say(channel, f"room {ROOM}", user=user)
    made = message_shortcut(bench.team, message, bench.team.people[user], "diagnose_message")
    made["response_url"], _ = bench.team.new_url("app", channel, user)
    return made


def _global_shortcut(bench: Bench, channel: str, user: str) -> Json:  # noqa: ARG001
    return global_shortcut(bench.team, bench.team.people[user], "diagnose_call")


def _form(bench: Bench, channel: str, user: str) -> Json:
    made = global_shortcut(bench.team, bench.team.people[user], "diagnose_form")
    del made["callback_id"]
    values = {
        "what": {"text": {"type": "plain_text_input", "value": ROOM}},
        "where": {"where": {"type": "conversations_select", "selected_conversation": channel}},
    }
    view = {
        "id": "V1",
        "type": "modal",
        "team_id": bench.team.id,
        "callback_id": "diagnose_form",
        "private_metadata": "{}",
        "state": {"values": values},
    }
    return made | {"type": "view_submission", "view": view, "response_urls": []}


def _button(bench: Bench, channel: str, user: str) -> Json:
    team = bench.team
    elements = reopening(report_of("CD-AAAAAAAA", 1), private=False)
    (packet,) = (element for element in elements if element["action_id"] == "packet")
    blocks = [{"type": "actions", "block_id": "b", "elements": [packet]}]
    message = team.app_message(channel, text="An answer", blocks=blocks)
    made = message_action(team, message, team.people[user], pressed(team, "b", packet, None))
    made["response_url"], _ = team.new_url("actions", channel, user, message)
    return made


_MAKERS = {
    "command": _command,
    "mention": _mention,
    "message_shortcut": _message_shortcut,
    "global_shortcut": _global_shortcut,
    "form": _form,
    "button": _button,
}
