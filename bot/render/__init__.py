"""Renders reports and errors as Slack messages: templates in, valid Block Kit out."""
