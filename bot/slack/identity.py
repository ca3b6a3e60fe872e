"""Who we are in Slack, as auth.test tells.

What we ask Slack for, and why.

https://docs.slack.dev/reference/scopes
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlackIdentity:
    """Our workspace and bot. `scopes` is empty when Slack did not tell them."""

    team_id: str
    bot_id: str
    bot_user_id: str
    scopes: frozenset[str] = frozenset()
    enterprise_id: str = ""

    @property
    def may_upload(self) -> bool:
        """Whether files may be attached."""
        return "files:write" in self.scopes


REQUIRED_SCOPES = frozenset({"commands", "chat:write"})
"""Slash commands and shortcuts (with the one message they are used on); posting."""

HISTORY_SCOPES = frozenset({"channels:history", "groups:history"})
"""Looking whether Slack took a message of ours whose fate it did not tell, in public and private
channels. Without them such a message is not repeated but named."""

PEOPLE_SCOPE = "users:read"
"""Telling guests from members, and the asker's time zone."""

CHANNEL_SCOPES = frozenset({"channels:read", "groups:read"})
"""Telling whether a public or private channel is shared with another company."""

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
    "users:read": "guests are not refused, and times without a zone are read as UTC",
}
"""Each optional scope, and what is lost without it."""

OPTIONAL_SCOPES = frozenset(SCOPE_COSTS)
