"""Records the steps of a look-up, so that it continues after the process ends."""
