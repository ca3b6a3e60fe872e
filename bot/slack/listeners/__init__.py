"""Listeners for everything that Slack sends: commands, shortcuts, mentions, modals and buttons."""
