"""Events as the bytes that are sent, and beside them what they are selected by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workbench.pretend_hundredms.world import ERROR_TYPES


@dataclass(frozen=True, slots=True)
class Row:
    """One event: `body` is its JSON."""

    at: int
    type: str
    session_id: str
    peer_id: str
    user_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a query of a room's events."""

    types: frozenset[str] = frozenset()
    session_id: str = ""
    peer_id: str = ""
    user_id: str = ""
    error: bool = False

    def fits(self, row: Row) -> bool:
        """Whether the row is asked for; ids ignore case, a customer's user id does not."""
        return (
            (not self.types or row.type in self.types)
            and self.session_id.lower() in ("", row.session_id)
            and self.peer_id.lower() in ("", row.peer_id)
            and self.user_id in ("", row.user_id)
            and (not self.error or row.type in ERROR_TYPES)
        )


@dataclass(slots=True)
class Rows:
    """All events of a room, oldest first; each selection is made once."""

    every: Sequence[Row] = ()
    _known: dict[Asked, Sequence[bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Rows":
        """The rows in order of time; those of one type are selected here, before anybody asks."""
        made = cls(sorted(rows, key=lambda row: (row.at, row.body)))
        for kind in ERROR_TYPES:
            made.asked(Asked(frozenset({kind})))
        return made

    def asked(self, asked: Asked) -> Sequence[bytes]:
        """The bodies of the events that fit."""
        found = self._known.get(asked)
        if found is None:
            found = [row.body for row in self.every if asked.fits(row)]
            self._known[asked] = found
        return found
