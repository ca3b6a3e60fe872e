"""An answer that stands in Slack: what was asked, by whom, and where it stands."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.metrics import LookupOutcome
from bot.domain.saved_lookup import SavedLookup


@dataclass(frozen=True, slots=True)
class PostedAnswer:
    """`handle` opens the same look-up again. `asked_by` and `channel` are Slack's ids.

    `ts` is that of the opening; "" where the answer has none (a response_url tells no `ts`).
    """

    handle: SavedLookup
    asked_by: str
    channel: str
    ts: str
    outcome: LookupOutcome


class AnswerLog(Protocol):
    """The answers of the last 30 days. Raises StoreUnreachable."""

    async def remember(self, answer: PostedAnswer) -> None:
        """Keep it; a second time changes nothing but where it stands."""

    async def find(self, lookup_id: str) -> PostedAnswer | None:
        """The answer with that reference (`CD-…`), case ignored."""
