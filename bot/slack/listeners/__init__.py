"""What Slack sends: commands, shortcuts, mentions, forms and buttons."""
