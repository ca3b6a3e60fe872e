"""Addresses, credentials and names: what may be shown, and to whom."""
