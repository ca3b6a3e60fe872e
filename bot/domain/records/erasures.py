"""Whom and what somebody had removed of late, so that a running bot lets go of it, too."""

import hashlib
from collections.abc import Iterable, Mapping

ErasureMarks = Mapping[str, float]
"""When each was forgotten (Unix seconds), by its digest: a mark names nobody."""


def digest(name: str) -> str:
    """What stands for an id of a person or a room; case ignored."""
    return hashlib.sha256(name.casefold().encode(errors="replace")).hexdigest()


class ErasureLog:
    """The marks that this process knows of."""

    def __init__(self) -> None:
        self._marks: dict[str, float] = {}

    def update(self, marks: ErasureMarks) -> bool:
        """Take over what is in the database; True if something of it is new."""
        new = {mark: at for mark, at in marks.items() if at > self._marks.get(mark, float("-inf"))}
        self._marks.update(new)
        return bool(new)

    def erased_since(self, names: Iterable[str], asked_at: float) -> bool:
        """Whether one of them was forgotten after that moment (Unix seconds)."""
        if not self._marks:
            return False
        return any(self._marks.get(digest(name), float("-inf")) >= asked_at for name in names)
