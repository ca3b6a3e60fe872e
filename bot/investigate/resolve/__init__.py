"""Resolves the identifiers of a query to a room, session or person."""
