"""Look-ups that survive the process: what is recorded of them, and how they go on."""
