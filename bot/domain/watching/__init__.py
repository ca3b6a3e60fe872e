"""Watches of running calls: what is stored of each, and what its looks show."""
