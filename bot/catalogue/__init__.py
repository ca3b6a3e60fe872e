"""The error catalogue: data files that support can edit, and the check of them at every start."""

from bot.catalogue.loading import FIXES, load_catalogue, load_fixes

__all__ = ["FIXES", "load_catalogue", "load_fixes"]
