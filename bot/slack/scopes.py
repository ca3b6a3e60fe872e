"""What we ask Slack for, and why.

https://docs.slack.dev/reference/scopes
"""

REQUIRED = frozenset({"commands", "chat:write"})
"""Slash commands and shortcuts (with the one message they are used on); posting."""

HISTORY = frozenset({"channels:history", "groups:history"})
"""Looking whether Slack took a message of ours whose fate it did not tell, in public and private
channels. Without them such a message is not repeated but named."""

OPTIONAL = frozenset({"chat:write.public", "app_mentions:read", "files:write"}) | HISTORY
"""Answering in public channels without an invitation; `@Call Doctor`; attaching CSV and JSON."""
