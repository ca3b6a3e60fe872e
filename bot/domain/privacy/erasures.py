"""Marks of recently erased people and rooms, so that running processes drop their data too."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

ErasureMarks = Mapping[str, float]
"""Erasure times (Unix seconds) by digest; a mark names nobody."""


def digest(name: str) -> str:
    """Return the digest that replaces an id of a person or a room, ignoring case."""
    return hashlib.sha256(name.casefold().encode(errors="replace")).hexdigest()


class ErasureLog:
    """The erasure marks that this process knows."""

    def __init__(self) -> None:
        self._marks: dict[str, float] = {}
        self._callbacks: list[Callable[[ErasureMarks], None]] = []

    def subscribe(self, callback: Callable[[ErasureMarks], None]) -> None:
        """Call `callback` with new marks whenever there are some."""
        self._callbacks.append(callback)

    def update(self, marks: ErasureMarks) -> bool:
        """Add the marks of the database; return True if any of them is new."""
        new = {mark: at for mark, at in marks.items() if at > self._marks.get(mark, float("-inf"))}
        self._marks.update(new)
        for callback in self._callbacks if new else ():
            callback(new)
        return bool(new)

    def erased_since(self, names: Iterable[str], asked_at: float) -> bool:
        """Return whether any of these names was erased after `asked_at` (Unix seconds)."""
        if not self._marks:
            return False
        return any(self._marks.get(digest(name), float("-inf")) >= asked_at for name in names)
