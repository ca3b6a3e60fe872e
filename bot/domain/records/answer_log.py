"""An answer that stands in Slack: what was asked, by whom, and where it stands."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.metrics import Outcome
from bot.domain.saved_lookup import Handle


@dataclass(frozen=True, slots=True)
class Answered:
    """`handle` opens the same look-up again. `asked_by` and `channel` are Slack's ids.

    `ts` is that of the opening; "" where the answer has none (a response_url tells no `ts`).
    """

    handle: Handle
    asked_by: str
    channel: str
    ts: str
    outcome: Outcome


class Answers(Protocol):
    """The answers of the last 30 days. Raises StoreUnreachable."""

    async def remember(self, answered: Answered) -> None:
        """Keep it; a second time changes nothing but where it stands."""

    async def find(self, lookup_id: str) -> Answered | None:
        """The answer with that reference (`CD-…`), case ignored."""
