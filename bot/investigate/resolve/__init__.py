"""Resolution of identifiers in a query to a room, session or person."""
