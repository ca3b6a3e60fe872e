"""Holds the manifest against what the code registers, word for word."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.identity import OPTIONAL, REQUIRED
from bot.slack.listeners.registry import COMMANDS, EVENTS, SHORTCUTS
from bot.slack.payloads import at, list_at

BOT_NAME = "Call Doctor"


def manifest_differences(manifest: Mapping[str, Any]) -> list[str]:
    """Every way in which a manifest differs from the code, a sentence each; empty when equal."""
    features = at(manifest, "features")
    found = [
        *_by_key("slash command", "command", registered_commands(), features, "slash_commands"),
        *_by_key("shortcut", "callback_id", registered_shortcuts(), features, "shortcuts"),
    ]
    events = list_at(manifest, "settings", "event_subscriptions", "bot_events")
    scopes = at(manifest, "oauth_config", "scopes")
    found += _sets("event", set(EVENTS), set(events))
    found += _sets("scope", set(REQUIRED | OPTIONAL), set(list_at(scopes, "bot")))
    found += _sets("optional scope", set(OPTIONAL), set(list_at(scopes, "bot_optional")))
    if at(features, "bot_user", "display_name") != BOT_NAME:
        found.append(f"The bot's display name should be {BOT_NAME!r}.")
    if at(manifest, "settings", "interactivity", "is_enabled") is not True:
        found.append("Interactivity should be enabled: buttons and forms need it.")
    return found


def registered_commands() -> dict[str, dict[str, Any]]:
    """The slash commands as a manifest words them, by name."""
    return {
        command.name: {
            "command": command.name,
            "description": command.summary,
            "usage_hint": command.usage_hint,
            "should_escape": False,
        }
        for command in COMMANDS
    }


def registered_shortcuts() -> dict[str, dict[str, Any]]:
    """The shortcuts as a manifest words them, by callback id."""
    return {
        shortcut.callback_id: {
            "name": shortcut.name,
            "type": shortcut.type,
            "callback_id": shortcut.callback_id,
            "description": shortcut.description,
        }
        for shortcut in SHORTCUTS
    }


def _by_key(
    what: str,
    key: str,
    ours: Mapping[str, Mapping[str, Any]],
    features: Any,  # noqa: ANN401  any YAML
    section: str,
) -> Iterator[str]:
    theirs = {str(at(each, key)): each for each in list_at(features, section)}
    yield from _sets(what, set(ours), set(theirs))
    for name in ours.keys() & theirs.keys():
        for field, value in ours[name].items():
            other = theirs[name].get(field)
            if other != value:
                yield f"The {what} {name} says {field}: {other!r}; the code says {value!r}."


def _sets(what: str, ours: set[str], theirs: set[str]) -> Iterator[str]:
    for name in sorted(ours - theirs):
        yield f"The manifest lacks the {what} {name}."
    for name in sorted(theirs - ours):
        yield f"The manifest has the {what} {name}, which the code does not know."
