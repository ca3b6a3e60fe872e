"""Reads 100ms' lists to their end: error events, with one cursor for each type, and sessions."""
