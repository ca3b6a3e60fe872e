"""Redaction of addresses, credentials and names before anything is shown."""
