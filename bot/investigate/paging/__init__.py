"""Pages of 100ms' lists, read to their end."""
