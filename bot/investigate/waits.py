"""What a reading waits for at this moment, in a few words."""

from collections.abc import Sequence

from bot.investigate.evidence_pages import PAGE
from bot.investigate.one_type import OneType


def waits_for(types: Sequence[OneType]) -> str:
    """The longest list still being read; "" once all are at their end."""
    if not all(one.begun for one in types):
        return "the first pages"
    if not types:
        return ""
    longest = max(types, key=_left)
    if not _left(longest):
        return ""
    page, pages = longest.shown // PAGE + 1, -(-(longest.total or 0) // PAGE)
    return f"page {min(page, pages):,} of {pages:,} of {longest.query.type}"


def _left(one: OneType) -> int:
    return (one.total or 0) - one.shown
