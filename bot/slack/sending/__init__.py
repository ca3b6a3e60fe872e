"""Calls Slack's Web API and response URLs."""
