"""The buttons under an answer."""
