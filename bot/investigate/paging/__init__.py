"""Pagination: reading 100ms' lists to their end."""
