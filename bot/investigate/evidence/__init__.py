"""Sessions, track events and peer-stats that prove or disprove a recovery."""
