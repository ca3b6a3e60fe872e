"""Handles the buttons under an answer."""
