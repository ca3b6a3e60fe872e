"""Where an answer goes, and where else if Slack refuses."""
