"""Evidence read beside error events, from the report that began it to its diagnosis."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from cachetools import TTLCache

from bot.domain.report import Report
from bot.domain.target import Target
from bot.investigate.gathering import Gathering
from bot.investigate.snapshots import FRESH

_MOST = 16
"""Look-ups of large rooms at a time; what others would have read beside is read afterwards."""

_Key = tuple[str, str, str | None, str | None, str | None, datetime]


def _kept() -> TTLCache[_Key, Gathering]:
    return TTLCache(_MOST, FRESH.total_seconds())


@dataclass(frozen=True, slots=True)
class Beside:
    """Gatherings under way, each for one diagnosis."""

    _gatherings: TTLCache[_Key, Gathering] = field(default_factory=_kept)

    @contextmanager
    def kept(self, gathering: Gathering) -> Iterator[None]:
        """While events are read; and if they were, until their report is diagnosed."""
        try:
            yield
        except BaseException:
            gathering.drop()
            raise
        if gathering.begun:
            self._gatherings[_key(gathering.target, gathering.now)] = gathering

    async def close(self) -> None:
        """Let go of what nobody took."""
        for gathering in self._gatherings.values():
            await gathering.end()
        self._gatherings.clear()

    def take(self, report: Report) -> Gathering | None:
        """What was begun for that report; given away once."""
        return self._gatherings.pop(_key(report.target, report.as_of), None)


def _key(target: Target, moment: datetime) -> _Key:
    room, session = target.room, target.session.id if target.session else None
    return (room.workspace, room.id, session, target.peer_id, target.user_id, moment)
