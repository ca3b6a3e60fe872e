"""Facts that do not change while the page is open: people, places, commands, rooms, faults."""

from dataclasses import asdict
from typing import Any, Literal, get_args, get_origin, get_type_hints

from workbench.bench import Bench, manifest
from workbench.page.rooms import picker
from workbench.pretend_hundredms.faults import Kind
from workbench.pretend_hundredms.switches import MEANINGS, Switches
from workbench.pretend_slack.app import METHODS
from workbench.pretend_slack.records import Channel
from workbench.pretend_slack.state import Team

ME = "U0ALICE"
SLACK_KINDS = (
    *("ratelimited", "http_500", "http_503", "html", "timeout", "reset_before", "reset_after"),
    *("channel_not_found", "not_in_channel", "is_archived", "restricted_action", "missing_scope"),
    *("invalid_blocks", "msg_too_long", "internal_error", "fatal_error", "expired_trigger_id"),
    *("expired_url", "used_url", "edit_window_closed", "message_not_found", "cant_update_message"),
)
HUNDREDMS_PATHS = (
    *("/v2/", "/v2/analytics/events", "/v2/analytics/peer-stats", "/v2/rooms", "/v2/sessions"),
    *("/v2/active-rooms", "/v2/room-codes"),
)


def facts(bench: Bench) -> dict[str, Any]:
    """All of it, as JSON."""
    team = bench.slack.team
    return {
        "me": ME,
        "app": {"user": team.app.bot_user, "bot_id": team.app.bot_id, "name": "Call Doctor"},
        "people": [asdict(person) for person in team.people.values()],
        "channels": [_channel(team, each) for each in team.channels.values() if _seen(each)],
        "features": _features(),
        "steps": [_step(name, each) for name, each in team.app.functions.items()],
        "rooms": picker(bench.hundredms, bench.began),
        "faults": {
            "slack": {
                "methods": ["*", "response_url", "upload", *sorted(METHODS)],
                "kinds": SLACK_KINDS,
            },
            "hundredms": {"paths": HUNDREDMS_PATHS, "kinds": get_args(Kind)},
            "switches": _switches(),
        },
    }


def commands() -> frozenset[str]:
    """Return the slash commands of the manifest."""
    return frozenset(str(each["command"]) for each in _features()["slash_commands"])


def _features() -> dict[str, Any]:
    features: dict[str, Any] = manifest()["features"]
    return features


def _step(callback_id: str, declared: dict[str, Any]) -> dict[str, Any]:
    """A workflow step: its words, inputs and outputs."""
    words = {name: declared.get(name, "") for name in ("title", "description")}
    inputs, outputs = declared.get("input_parameters", {}), declared.get("output_parameters", {})
    shown = {"inputs": _parameters(inputs), "outputs": _parameters(outputs)}
    return {"callback_id": callback_id} | words | shown


def _parameters(declared: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "type": each["type"],
            "title": each.get("title", name),
            "description": each.get("description", ""),
            "required": name in declared.get("required", []),
        }
        for name, each in declared.get("properties", {}).items()
    ]


def _seen(channel: Channel) -> bool:
    """Return whether the channel is in Alice's list."""
    return channel.kind == "public" or ME in channel.members


def _channel(team: Team, channel: Channel) -> dict[str, Any]:
    others = sorted(channel.members - {ME})
    direct = team.people[others[0]] if channel.kind == "im" else None
    return {
        "id": channel.id,
        "kind": channel.kind,
        "name": (direct.real_name or direct.name) if direct else channel.name,
        "person": direct.id if direct else "",
        "has_bot": team.app.bot_user in channel.members,
        "archived": channel.archived,
        "restricted": channel.restricted,
        "shared": channel.shared,
        "members": len(channel.members),
    }


def _switches() -> list[dict[str, Any]]:
    """Each switch of the pretend 100ms: what it may be."""
    hints = get_type_hints(Switches)
    return [
        {
            "name": name,
            "choices": _choices(hint),
            "number": hint is float,
            "meaning": MEANINGS[name],
        }
        for name, hint in hints.items()
    ]


def _choices(hint: Any) -> list[object]:  # noqa: ANN401  a type hint has no narrower type
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    return [False, True] if hint is bool else []
