"""The page: what Slack shows of Call Doctor, and what goes over the wire behind it."""
