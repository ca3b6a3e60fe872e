"""Direct messages between a person and the app, and their events."""
