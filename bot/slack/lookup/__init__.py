"""Runs a look-up as a durable job, from its first message to its last."""
