"""One diagnosis for all who look at the same answer, for a minute."""

from collections.abc import Callable
from dataclasses import replace

from cachetools import TTLCache

from bot.domain.report import Report
from bot.investigate.flights import Flights
from bot.investigate.investigator import Investigator
from bot.investigate.ports import Tell, Watch, unwatched
from bot.investigate.snapshots import FRESH, MOST_EVENTS


class Diagnoses:
    """Diagnosed reports by what they are about."""

    def __init__(self, inner: Investigator, timer: Callable[[], float]) -> None:
        self._inner = inner
        self._known: TTLCache[object, Report] = TTLCache(
            MOST_EVENTS, FRESH.total_seconds(), timer, _weight
        )
        self._flights: Flights[Report] = Flights()
        self._times = 0
        """How often everything was let go."""

    def clear(self) -> None:
        """Let go of everything."""
        self._known.clear()
        self._times += 1

    async def of(self, report: Report, tell: Tell) -> Report:
        """The report with its diagnosis, the notes and sessions that come with it."""
        key = _key(report)
        known = self._known.get(key)
        if known is None:
            times = self._times

            async def weigh(tell_all: Tell, _: Watch) -> Report:
                return await self._inner.diagnosed(report, tell_all)

            known = await self._flights.share(key, weigh, tell, unwatched)
            if _weight(known) <= MOST_EVENTS and self._times == times:
                self._known[key] = known
        return replace(known, lookup_id=report.lookup_id)


def _key(report: Report) -> object:
    """All that a diagnosis depends on."""
    target, seen = report.target, report.completeness
    session = target.session.id if target.session else None
    place = (target.kind, target.room, session, target.peer_id, target.user_id)
    return (place, report.window, report.types, report.as_of, seen, report.notes)


def _weight(report: Report) -> int:
    return len(report.events) + len(report.beyond) + 1
