"""Reading of all error events, one cursor for each event type."""
