"""Compares the manifest with what the code registers, and with what Slack tells of the app."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.identity import OPTIONAL_SCOPES, REQUIRED_SCOPES, SlackIdentity
from bot.slack.listeners.registry import COMMANDS, EVENTS, SHORTCUTS
from bot.slack.listeners.workflow_step import FUNCTIONS
from bot.slack.payloads import list_at, value_at

BOT_NAME = "Call Doctor"
_TABS = {
    "home_tab_enabled": True,
    "messages_tab_enabled": True,
    "messages_tab_read_only_enabled": False,
}
_STEP_SETTINGS = {"function_runtime": "remote", "org_deploy_enabled": True}


def manifest_differences(manifest: Mapping[str, Any]) -> list[str]:
    """Return every difference between a manifest and the code, a sentence each; empty if equal."""
    features = value_at(manifest, "features")
    differences = [
        *_differences_by_key(
            "slash command", "command", registered_commands(), features, "slash_commands"
        ),
        *_differences_by_key(
            "shortcut", "callback_id", registered_shortcuts(), features, "shortcuts"
        ),
    ]
    differences += _differences_of_functions(manifest)
    events = list_at(manifest, "settings", "event_subscriptions", "bot_events")
    scopes = value_at(manifest, "oauth_config", "scopes")
    differences += _set_differences("event", set(EVENTS), set(events))
    differences += _set_differences(
        "scope", set(REQUIRED_SCOPES | OPTIONAL_SCOPES), set(list_at(scopes, "bot"))
    )
    differences += _set_differences(
        "optional scope", set(OPTIONAL_SCOPES), set(list_at(scopes, "bot_optional"))
    )
    for setting, value in _TABS.items():
        if value_at(features, "app_home", setting) is not value:
            differences.append(f"The setting {setting} should be {value}: people write to the bot.")
    if value_at(features, "bot_user", "display_name") != BOT_NAME:
        differences.append(f"The bot's display name should be {BOT_NAME!r}.")
    if value_at(manifest, "settings", "interactivity", "is_enabled") is not True:
        differences.append("Interactivity should be enabled: buttons and forms need it.")
    return differences


def _differences_of_functions(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the differences of the workflow's steps, and of the settings that they need."""
    declared = value_at(manifest, "functions")
    declared = declared if isinstance(declared, Mapping) else {}
    yield from _set_differences("workflow step", set(FUNCTIONS), set(declared))
    for name in FUNCTIONS.keys() & declared.keys():
        if declared[name] != FUNCTIONS[name]:
            yield f"The workflow step {name} differs from the code in its words or parameters."
    for setting, value in _STEP_SETTINGS.items():
        if value_at(manifest, "settings", setting) != value:
            yield f"The setting {setting} should be {value!r}: workflow steps need it."


def setup_notes(
    manifest: Mapping[str, Any], identity: SlackIdentity, *, socket_mode: bool
) -> Iterator[str]:
    """Yield what Slack tells of the app's set-up, then what to compare in the app's settings.

    With a bot's token Slack tells nothing but the scopes and the organisation.
    """
    yield from _scope_notes(manifest, identity)
    yield "The rest cannot be read with a bot token. Look at api.slack.com/apps → your app:"
    yield f"Socket Mode: {_socket_words(socket_mode=socket_mode)}"
    events = list_at(manifest, "settings", "event_subscriptions", "bot_events")
    yield f"Event Subscriptions: {', '.join(map(str, events))}"
    yield f"App Home → Messages Tab: {_messages_tab_words(manifest)}"
    for name, step in FUNCTIONS.items():
        yield f"Workflow Steps: {step['title']} ({name})"
        yield (
            f"Who may use the step: the app's collaborators, until `slack function access --name "
            f"{name} --everyone` of the Slack CLI lets others build workflows with it"
        )
    yield (
        "New scopes, events and steps: OAuth & Permissions → Reinstall, then copy the bot token "
        "again"
    )
    organisation = f" ({identity.enterprise_id})" if identity.enterprise_id else ""
    yield (
        "Org Level Apps: opted in, as steps need it; on Enterprise Grid an owner of the "
        f"organisation{organisation} installs the app org-wide and adds it to the workspaces"
    )


def _scope_notes(manifest: Mapping[str, Any], identity: SlackIdentity) -> Iterator[str]:
    declared = set(map(str, list_at(manifest, "oauth_config", "scopes", "bot")))
    if not identity.scopes:
        yield "Scopes: Slack does not tell which are granted"
        return
    missing = sorted(declared - identity.scopes)
    others = sorted(identity.scopes - declared)
    if missing:
        yield f"Scopes of the manifest that are not granted: {', '.join(missing)}"
    else:
        yield "Scopes: all of the manifest are granted"
    if others:
        yield f"Scopes that are granted and not in the manifest: {', '.join(others)}"


def _socket_words(*, socket_mode: bool) -> str:
    if socket_mode:
        return "on"
    return (
        "off, because SLACK_APP_TOKEN is not set; the address https://…/slack/events stands at "
        "each slash command, under Interactivity and under Event Subscriptions"
    )


def _messages_tab_words(manifest: Mapping[str, Any]) -> str:
    home = value_at(manifest, "features", "app_home")
    if value_at(home, "messages_tab_enabled") is not True:
        return "off"
    if value_at(home, "messages_tab_read_only_enabled") is not False:
        return "on"
    return "on, and people are allowed to send messages from it"


def registered_commands() -> dict[str, dict[str, Any]]:
    """Return the slash commands in the manifest's words, by name."""
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
    """Return the shortcuts in the manifest's words, by callback id."""
    return {
        shortcut.callback_id: {
            "name": shortcut.name,
            "type": shortcut.type,
            "callback_id": shortcut.callback_id,
            "description": shortcut.description,
        }
        for shortcut in SHORTCUTS
    }


def _differences_by_key(
    label: str,
    key: str,
    registered: Mapping[str, Mapping[str, Any]],
    features: Any,  # noqa: ANN401  any YAML
    section: str,
) -> Iterator[str]:
    declared = {str(value_at(entry, key)): entry for entry in list_at(features, section)}
    yield from _set_differences(label, set(registered), set(declared))
    for name in registered.keys() & declared.keys():
        for field, value in registered[name].items():
            declared_value = declared[name].get(field)
            if declared_value != value:
                yield (
                    f"The {label} {name} says {field}: {declared_value!r}; the code says {value!r}."
                )


def _set_differences(label: str, registered: set[str], declared: set[str]) -> Iterator[str]:
    for name in sorted(registered - declared):
        yield f"The manifest lacks the {label} {name}."
    for name in sorted(declared - registered):
        yield f"The manifest has the {label} {name}, which the code does not know."
