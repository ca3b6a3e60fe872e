"""Delivers an answer: the place for it, and the fallbacks if Slack refuses."""
