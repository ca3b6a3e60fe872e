"""The answer: its opening and the entries of its thread."""
