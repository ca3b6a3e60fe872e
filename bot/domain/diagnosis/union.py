"""Sets that grow together: a small union-find over texts."""

from collections.abc import Iterable


class Union:
    """Knows which names belong together; the smallest name stands for its set."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        """The name that stands for this one's set; adds the name if it is new."""
        path = [name]
        while (above := self._parent.setdefault(path[-1], path[-1])) != path[-1]:
            path.append(above)
        for one in path:
            self._parent[one] = path[-1]
        return path[-1]

    def join(self, one: str, other: str) -> None:
        """Puts both sets together."""
        first, second = sorted((self.find(one), self.find(other)))
        self._parent[second] = first

    def names(self) -> Iterable[str]:
        """Every name seen so far."""
        return tuple(self._parent)
