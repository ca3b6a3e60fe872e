"""Evidence of recoveries: sessions, track events and peer-stats."""
