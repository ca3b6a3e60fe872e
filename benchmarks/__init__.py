"""Measures Call Doctor from outside, beside what one would use instead. Run by `scripts/bench`."""
