"""The investigation: resolve a question to a target, fetch its events, build the report.

The code is async and uses no web or Slack framework.
"""
