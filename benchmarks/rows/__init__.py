"""One file for each kind of measurement; each gives rows of the table."""
