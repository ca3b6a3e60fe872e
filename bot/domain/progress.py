"""How far a look-up has come, while it still reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.target import Target


@dataclass(frozen=True, slots=True)
class Progress:
    """Error events read so far of all that are asked for.

    `total` is None until every type has named its own; `by_type` are the rows read of each type
    asked for. `begun` is true once the first page of every type is in: from then on the numbers
    are worth telling. `waits_for` says in a few words what is under way.
    """

    target: Target
    fetched: int
    total: int | None
    by_type: Mapping[str, int] = field(default_factory=dict)
    begun: bool = False
    waits_for: str = ""
