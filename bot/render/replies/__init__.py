"""Replies to customers: what happened to one person, and a text about it in their language."""
