"""Decides who may ask and who may read, and audits both."""
