"""The 100ms API: requests, retries, and the parsing of what it returns."""
