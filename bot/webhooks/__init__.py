"""Webhooks of 100ms, received or fetched: checked, read, stored, and passed on to watches.

The HTTP server is Slack's (`bot.slack.server`); `bot.serving` passes it the receiver.
"""
