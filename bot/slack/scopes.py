"""What we ask Slack for, and why.

https://docs.slack.dev/reference/scopes
"""

REQUIRED = frozenset({"commands", "chat:write"})
"""Slash commands and shortcuts (with the one message they are used on); posting."""

OPTIONAL = frozenset({"chat:write.public", "app_mentions:read", "files:write"})
"""Answering in public channels without an invitation; `@Call Doctor`; attaching CSV and JSON."""
