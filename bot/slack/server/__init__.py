"""Runs the process: HTTP endpoint, Socket Mode, health and start-up checks."""
