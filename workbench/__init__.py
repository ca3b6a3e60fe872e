"""A pretend 100ms, a pretend Slack, and the real bot between them."""
