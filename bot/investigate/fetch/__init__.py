"""Reads all error events, with one cursor for each event type."""
