"""Webhooks of the pretend 100ms: those it sends, and the list of deliveries."""
