"""Parses the texts and codes of 100ms' SDKs."""
