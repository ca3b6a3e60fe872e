"""Pagination: reads 100ms' lists to their end."""
