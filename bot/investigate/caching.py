"""Caches of reports and diagnoses, so that the same data is not read from 100ms twice.

People who ask the same question at the same time share one investigation, and events that were read
a moment ago are reused. Each asker's answer keeps its own reference, window and progress; its
`as_of` says when the events were read. A diagnosis is shared for a minute by everybody who looks at
the same answer.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from cachetools import TTLCache

from bot.domain.diagnosis import DiagnosisInput
from bot.domain.query import Identifier, LookupQuery
from bot.domain.report import Report, Window
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Choices, Progress
from bot.investigate.background import SingleFlight
from bot.investigate.event_cache import (
    FRESH,
    MOST_EVENTS,
    EventCache,
    Snapshot,
    query_key,
    snapshot_of,
)
from bot.investigate.investigator import Investigator
from bot.investigate.ports import Tell, Watch, ignore_progress
from bot.investigate.reports import (
    FetchTask,
    build_report,
    continues_answer,
    rebuild_report,
    target_of,
    window_of,
)


class CachingInvestigator:
    """An `Investigator` with the same methods that caches what it reads."""

    def __init__(self, inner: Investigator, timer: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._snapshots = EventCache(timer)
        self._reports: SingleFlight[Report | Choices] = SingleFlight()
        self._buttons: SingleFlight[Report] = SingleFlight()
        self._diagnosed: TTLCache[object, Report] = TTLCache(
            MOST_EVENTS, FRESH.total_seconds(), timer, _weight
        )
        self._diagnoses: SingleFlight[Report] = SingleFlight()
        self._generation = 0
        """Number of times the caches were cleared."""

    async def report(
        self, query: LookupQuery, lookup_id: str, tell: Tell, watch: Watch = ignore_progress
    ) -> Report | Choices:
        """Return the same result as `Investigator.report`."""
        result = await self._report(replace(query, remarks=()), lookup_id, tell, watch)
        if isinstance(result, Report):
            follow_up = continues_answer(query, result.target)
            return replace(result, remarks=query.remarks, follow_up=follow_up)
        note = " ".join((*query.remarks, result.note)).strip()
        return replace(result, note=note)

    async def _report(
        self, query: LookupQuery, lookup_id: str, tell: Tell, watch: Watch
    ) -> Report | Choices:
        snapshot = self._snapshots.find_for_query(query)
        is_fresh = snapshot and self._inner.clock() - snapshot.as_of <= FRESH and not query.anew
        if snapshot and is_fresh and not query.complaint:
            watch(_finished_progress(snapshot))
            return _report_of_snapshot(snapshot, query, lookup_id)

        async def ask(tell_all: Tell, watch_all: Watch) -> Report | Choices:
            generation = self._generation
            whole = replace(query, since=None, until=None, usual_since=None, readings=())
            result = await self._inner.report(whole, lookup_id, tell_all, watch_all, snapshot)
            if isinstance(result, Report):
                self._store(generation, result, query)
            return result

        key = (query_key(query), query.complaint, query.anew)
        result = await self._reports.share(key, ask, tell, watch)
        if isinstance(result, Choices):
            return result
        if window_of(query, result.target) == (Window(), ()):
            return replace(result, lookup_id=lookup_id)
        return _report_of_snapshot(snapshot_of(result), query, lookup_id)

    async def reopen(self, saved_lookup: SavedLookup, tell: Tell) -> Report:
        """Return the same result as `Investigator.reopen`."""
        snapshot = self._snapshots.find_for_button(saved_lookup)
        if snapshot and saved_lookup.workspace in self._inner.workspaces:
            target = target_of(saved_lookup, snapshot.target.room)
            return rebuild_report(saved_lookup, target, snapshot.fetched, self._inner.clock())

        async def ask(tell_all: Tell, _: Watch) -> Report:
            generation = self._generation
            report = await self._inner.reopen(saved_lookup, tell_all)
            self._store(generation, report)
            return report

        return await self._buttons.share(saved_lookup, ask, tell, ignore_progress)

    async def diagnose(self, report: Report, tell: Tell) -> Report:
        """Return the same result as `Investigator.diagnose`."""
        key = _diagnosis_key(report)
        cached = self._diagnosed.get(key)
        if cached is None:
            generation = self._generation

            async def diagnose(tell_all: Tell, _: Watch) -> Report:
                return await self._inner.diagnose(report, tell_all)

            cached = await self._diagnoses.share(key, diagnose, tell, ignore_progress)
            if _weight(cached) <= MOST_EVENTS and self._generation == generation:
                self._diagnosed[key] = cached
        return replace(
            cached,
            lookup_id=report.lookup_id,
            remarks=report.remarks,
            follow_up=report.follow_up,
        )

    async def case(self, report: Report, tell: Tell) -> DiagnosisInput:
        """Return the same result as `Investigator.case`."""
        return await self._inner.case(report, tell)

    def clear_caches(self) -> None:
        """Clear all caches; called when data about a person or room is erased."""
        self._generation += 1
        self._snapshots.clear()
        self._diagnosed.clear()

    def _store(self, generation: int, report: Report, query: LookupQuery | None = None) -> None:
        """Cache the report, unless the caches were cleared after its reading began."""
        if generation == self._generation:
            self._snapshots.store(snapshot_of(report), query)

    async def describe(
        self, identifiers: Sequence[Identifier], workspaces: Sequence[str] | None = None
    ) -> Choices:
        """Return the same result as `Investigator.describe`."""
        return await self._inner.describe(identifiers, workspaces)


def _diagnosis_key(report: Report) -> object:
    """Return a key of everything that a diagnosis depends on."""
    target, completeness = report.target, report.completeness
    session = target.session.id if target.session else None
    place = (target.kind, target.room, session, target.peer_id, target.user_id)
    return (place, report.window, report.types, report.as_of, completeness, report.notes)


def _weight(report: Report) -> int:
    return len(report.events) + len(report.beyond) + 1


def _report_of_snapshot(snapshot: Snapshot, query: LookupQuery, lookup_id: str) -> Report:
    window, window_notes = window_of(query, snapshot.target)
    task = FetchTask(lookup_id, window, query.types)
    report = build_report(snapshot.target, task, snapshot.as_of, snapshot.fetched)
    return replace(report, notes=(*snapshot.notes, *window_notes))


def _finished_progress(snapshot: Snapshot) -> Progress:
    completeness = snapshot.fetched.completeness
    counts = dict.fromkeys(snapshot.types, 0)
    for event in snapshot.fetched.events:
        counts[event.type] = counts.get(event.type, 0) + 1
    return Progress(snapshot.target, completeness.fetched, completeness.total, counts, begun=True)
