"""What a call failure is, in the field's own words: pure values and functions, no I/O."""
