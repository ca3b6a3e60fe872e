"""views.*: modals and Home tabs.

https://docs.slack.dev/surfaces/modals
"""

import secrets
from typing import Any

from workbench.pretend_slack.asking import Ask, Method, Methods, refuse_for
from workbench.pretend_slack.limits import check_view
from workbench.pretend_slack.records import TRIGGER_SECONDS, Json, Refused, Trigger, View
from workbench.pretend_slack.state import Team

STACK_MOST = 3


def open_view(ask: Ask) -> Json:
    """views.open: takes a fresh trigger_id, once."""
    content = _content(ask)
    trigger = _use_trigger(ask)
    view = new_view(ask.team, trigger.user, content)
    return {"view": view_object(ask.team, view)}


def push(ask: Ask) -> Json:
    """views.push: on top of the modal that the trigger came from, three at most."""
    content = _content(ask)
    trigger = _use_trigger(ask)
    below = ask.team.views.get(trigger.view or "")
    if below is None:
        raise Refused("not_found")
    refuse_deep_stack(ask.team, below)
    view = new_view(ask.team, trigger.user, content, below)
    return {"view": view_object(ask.team, view)}


def update(ask: Ask) -> Json:
    """views.update by view_id or external_id; `hash` guards against races."""
    view = _wanted_view(ask)
    content = _content(ask)
    if ask.text("hash") not in ("", view.hash):
        raise Refused("hash_conflict")
    change_view(view, content)
    return {"view": view_object(ask.team, view)}


def publish(ask: Ask) -> Json:
    """views.publish: a person's Home tab."""
    user = ask.needed("user_id")
    if user not in ask.team.people:
        raise Refused("invalid_arguments")
    content = _content(ask)
    if content["type"] != "home":
        raise Refused("invalid_arguments")
    for view in ask.team.views.values():
        if view.kind == "home" and view.user == user:
            if ask.text("hash") not in ("", view.hash):
                raise Refused("hash_conflict")
            change_view(view, content)
            return {"view": view_object(ask.team, view)}
    return {"view": view_object(ask.team, new_view(ask.team, user, content))}


def new_view(team: Team, user: str, content: Json, below: View | None = None) -> View:
    """Keep a view, on top of another or alone."""
    external = content.get("external_id")
    taken = {view.content.get("external_id") for view in team.views.values() if view.is_open}
    if external and external in taken:
        raise Refused("duplicate_external_id")
    made = team.new_id("V")
    root = below.root if below else made
    previous = below.id if below else None
    view = View(made, user, content, _new_hash(), content["type"], root, previous)
    team.views[made] = view
    return view


def change_view(view: View, content: Json) -> None:
    """Put new content in place of the old, which is kept in the view's history."""
    view.edits.append(view.content)
    view.content, view.hash = content, _new_hash()
    view.errors = {}


def refuse_deep_stack(team: Team, below: View) -> None:
    """Raise Refused when a modal already stands on two others."""
    depth, view = 1, below
    while view.previous:
        depth, view = depth + 1, team.views[view.previous]
    if depth >= STACK_MOST:
        raise Refused("push_limit_reached")


def view_object(team: Team, view: View, values: Json | None = None) -> Json:
    """A view as answers and payloads show it; `values` is what the person typed."""
    blocks = [
        {"block_id": f"b{index}", **block}
        for index, block in enumerate(view.content.get("blocks", []))
    ]
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        **view.content,
        "blocks": blocks,
        "id": view.id,
        "team_id": team.id,
        "app_id": team.app.app_id,
        "bot_id": team.app.bot_id,
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "state": {"values": values or {}},
    }


def _content(ask: Ask) -> Json:
    content: Any = ask.args.get("view")
    if content is None:
        ask.needed("view")
    refuse_for(check_view(content))
    return dict(content)


def _wanted_view(ask: Ask) -> View:
    wanted, external = ask.text("view_id"), ask.text("external_id")
    for view in ask.team.views.values():
        if view.id == wanted or (external and view.content.get("external_id") == external):
            if view.is_open:
                return view
            break
    raise Refused("not_found")


def _use_trigger(ask: Ask) -> Trigger:
    trigger = ask.team.triggers.get(ask.needed("trigger_id"))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if ask.team.now() - trigger.born > TRIGGER_SECONDS:
        raise Refused("expired_trigger_id")
    trigger.used = True
    return trigger


def _new_hash() -> str:
    return secrets.token_hex(6)


METHODS: Methods = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
