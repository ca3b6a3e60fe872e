"""Nothing twice: one investigation for all who ask the same, and what was just read is reused.

The answer stays each asker's own: reference, window and progress; its `as_of` says when the
events were read.

One diagnosis for all who look at the same answer, for a minute.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from cachetools import TTLCache

from bot.domain.query import Identifier, LookupQuery
from bot.domain.report import Report, Window
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Choices, Progress
from bot.investigate.event_cache import (
    FRESH,
    MOST_EVENTS,
    Snapshot,
    EventCache,
    key_of,
    snapshot_of,
)
from bot.investigate.investigator import Investigator
from bot.investigate.ports import Tell, Watch, unwatched
from bot.investigate.reports import FetchTask, rebuild_report, build_report, target_of, window_of
from bot.investigate.single_flight import SingleFlight


class Diagnoses:
    """Diagnosed reports by what they are about."""

    def __init__(self, inner: Investigator, timer: Callable[[], float]) -> None:
        self._inner = inner
        self._known: TTLCache[object, Report] = TTLCache(
            MOST_EVENTS, FRESH.total_seconds(), timer, _weight
        )
        self._flights: SingleFlight[Report] = SingleFlight()
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
                return await self._inner.diagnose(report, tell_all)

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


class CachingInvestigator:
    """An `Investigator` that reads nothing twice; the same methods."""

    def __init__(self, inner: Investigator, timer: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._snapshots = EventCache(timer)
        self._reports: SingleFlight[Report | Choices] = SingleFlight()
        self._buttons: SingleFlight[Report] = SingleFlight()
        self._diagnoses = Diagnoses(inner, timer)
        self._times = 0
        """How often everything was let go."""

    async def report(
        self, question: LookupQuery, lookup_id: str, tell: Tell, watch: Watch = unwatched
    ) -> Report | Choices:
        """As `Investigator.report`."""
        found = await self._report(replace(question, remarks=()), lookup_id, tell, watch)
        if isinstance(found, Report):
            return replace(found, remarks=question.remarks)
        note = " ".join((*question.remarks, found.note)).strip()
        return replace(found, note=note)

    async def _report(
        self, question: LookupQuery, lookup_id: str, tell: Tell, watch: Watch
    ) -> Report | Choices:
        known = self._snapshots.of_question(question)
        if known and self._inner.clock() - known.as_of <= FRESH and not question.complaint:
            watch(_finished(known))
            return _report(known, question, lookup_id)

        async def ask(tell_all: Tell, watch_all: Watch) -> Report | Choices:
            times = self._times
            whole = replace(question, since=None, until=None, usual_since=None, readings=())
            found = await self._inner.report(whole, lookup_id, tell_all, watch_all, known)
            if isinstance(found, Report):
                self._keep(times, found, question)
            return found

        key = (key_of(question), question.complaint)
        found = await self._reports.share(key, ask, tell, watch)
        if isinstance(found, Choices):
            return found
        if window_of(question, found.target) == (Window(), ()):
            return replace(found, lookup_id=lookup_id)
        return _report(snapshot_of(found), question, lookup_id)

    async def reopen(self, handle: SavedLookup, tell: Tell) -> Report:
        """As `Investigator.reopen`."""
        known = self._snapshots.of_button(handle)
        if known and handle.workspace in self._inner.workspaces:
            target = target_of(handle, known.target.room)
            return rebuild_report(handle, target, known.fetched, self._inner.clock())

        async def ask(tell_all: Tell, _: Watch) -> Report:
            times = self._times
            report = await self._inner.reopen(handle, tell_all)
            self._keep(times, report)
            return report

        return await self._buttons.share(handle, ask, tell, unwatched)

    async def diagnose(self, report: Report, tell: Tell) -> Report:
        """As `Investigator.diagnosed`."""
        return await self._diagnoses.of(report, tell)

    def let_go(self) -> None:
        """Keep nothing of what was read by now: somebody in it was forgotten."""
        self._times += 1
        self._snapshots.clear()
        self._diagnoses.clear()

    def _keep(self, times: int, report: Report, question: LookupQuery | None = None) -> None:
        """Unless it was begun before everything was let go."""
        if times == self._times:
            self._snapshots.keep(snapshot_of(report), question)

    async def describe(
        self, clues: Sequence[Identifier], workspaces: Sequence[str] | None = None
    ) -> Choices:
        """As `Investigator.describe`."""
        return await self._inner.describe(clues, workspaces)


def _report(snapshot: Snapshot, question: LookupQuery, lookup_id: str) -> Report:
    window, usual = window_of(question, snapshot.target)
    task = FetchTask(lookup_id, window, question.types)
    report = build_report(snapshot.target, task, snapshot.as_of, snapshot.fetched)
    return replace(report, notes=(*snapshot.notes, *usual))


def _finished(snapshot: Snapshot) -> Progress:
    seen = snapshot.fetched.completeness
    counts = dict.fromkeys(snapshot.types, 0)
    for event in snapshot.fetched.events:
        counts[event.type] = counts.get(event.type, 0) + 1
    return Progress(snapshot.target, seen.fetched, seen.total, counts, begun=True)
