"""The bot's identity in Slack, as auth.test reports it, and the scopes that it asks for.

https://docs.slack.dev/reference/scopes
"""

from dataclasses import dataclass

from slack_sdk.web.async_slack_response import AsyncSlackResponse


@dataclass(frozen=True, slots=True)
class SlackIdentity:
    """Our workspace and bot. `scopes` is empty if Slack did not report them."""

    team_id: str
    bot_id: str
    bot_user_id: str
    scopes: frozenset[str] = frozenset()
    enterprise_id: str = ""

    @property
    def may_upload(self) -> bool:
        """Return whether the bot may attach files."""
        return "files:write" in self.scopes


def read_scopes(response: AsyncSlackResponse) -> frozenset[str]:
    """Return the scopes that Slack reports with a response; none if it does not report them."""
    header = response.headers.get("x-oauth-scopes") or ""
    return frozenset(scope.strip() for scope in header.split(",") if scope.strip())


REQUIRED_SCOPES = frozenset({"commands", "chat:write"})
"""Scopes for slash commands, for shortcuts (with the one message they are used on), and for
posting."""

HISTORY_SCOPES = frozenset({"channels:history", "groups:history"})
"""Scopes for checking whether Slack accepted a message that it did not confirm, in public and
private channels. Without them such a message is named instead of repeated."""

PEOPLE_SCOPE = "users:read"
"""Scope for telling guests from members, and for the asker's time zone."""

CHANNEL_SCOPES = frozenset({"channels:read", "groups:read"})
"""Scopes for checking whether a public or private channel is shared with another company."""

SCOPE_COSTS = {
    "app_mentions:read": "@Call Doctor hears nothing",
    "channels:history": "in public channels a message that Slack did not confirm is named in the "
    "thread, not looked for",
    "channels:read": "only mentions tell that a public channel is shared with another company",
    "chat:write.public": "public channels must invite the bot before it can answer there",
    "files:write": "no CSV, JSON or picture is attached",
    "groups:history": "in private channels a message that Slack did not confirm is named in the "
    "thread, not looked for",
    "groups:read": "only mentions tell that a private channel is shared with another company",
    "im:history": "direct messages to the bot are not heard",
    "users:read": "guests are not refused, and times without a zone are read as UTC",
}
"""Each optional scope, and the effect of its absence."""

OPTIONAL_SCOPES = frozenset(SCOPE_COSTS)
