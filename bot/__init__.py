"""Call Doctor: tells, in Slack, why a 100ms video call failed."""
