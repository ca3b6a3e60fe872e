"""Redacts addresses, credentials and names before anything is shown."""
