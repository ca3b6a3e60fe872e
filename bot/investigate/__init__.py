"""From a question to a report: resolve, fetch, diagnose. Async, but free of frameworks."""
