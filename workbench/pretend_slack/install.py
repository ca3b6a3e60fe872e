"""An app's manifest, as its installation in the workspace."""

from workbench.pretend_slack.records import Json
from workbench.pretend_slack.state import Team


def install(team: Team, manifest: Json) -> None:
    """Take scopes, events, steps and the state of the Messages tab from a manifest."""
    scopes = manifest.get("oauth_config", {}).get("scopes", {})
    team.app.scopes = set(scopes.get("bot", []))
    team.app.optional = set(scopes.get("bot_optional", []))
    home = manifest.get("features", {}).get("app_home", {})
    writable = not home.get("messages_tab_read_only_enabled", False)
    tab = "writable" if writable else "read_only"
    team.app.messages_tab = tab if home.get("messages_tab_enabled") else "off"
    subscribed = manifest.get("settings", {}).get("event_subscriptions", {})
    team.app.events = set(subscribed.get("bot_events", []))
    team.app.functions = manifest.get("functions", {})
