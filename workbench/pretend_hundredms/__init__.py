"""A pretend 100ms: an ASGI app that answers like the 100ms REST API, faults and all."""
