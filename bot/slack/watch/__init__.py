"""Watches of running calls: how they start and end, and the job that looks after each."""
