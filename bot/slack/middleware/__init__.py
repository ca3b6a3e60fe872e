"""What stands before every listener."""
