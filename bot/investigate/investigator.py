"""The engine behind every entry point: a question in, a report (or a choice) out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis import diagnose
from bot.domain.errors import NotAllowed, NothingFound, UnknownCode, UnreadableQuestion
from bot.domain.events import ERROR_TYPES
from bot.domain.query import Identifier, LookupQuery
from bot.domain.report import Report, Window
from bot.domain.rooms import Room
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Candidate, Choices, Target
from bot.investigate.as_of import evidence_as_of
from bot.investigate.budget import Budget
from bot.investigate.event_cache import Snapshot, place_of
from bot.investigate.evidence.collector import PendingEvidence, gathering_of
from bot.investigate.evidence.evidence import case_of, gather_evidence
from bot.investigate.fetch.events import Fetched, Reader, read_any_spelling
from bot.investigate.paging.prefetch import Prefetch
from bot.investigate.ports import Clock, HundredMs, Tell, Watch, Workspaces, only, unwatched
from bot.investigate.reports import (
    FetchTask,
    ahead_of,
    person_of,
    reads_whole_room,
    rebuild_report,
    build_report,
    target_of,
    whole_room,
    window_of,
)
from bot.investigate.resolve.choices import candidate_of_clue, candidate_of_place
from bot.investigate.resolve.people import PersonSearch
from bot.investigate.resolve.resolver import Resolver, split
from bot.investigate.resolve.rooms import fetch_room, find_rooms
from bot.investigate.room_index import RoomIndexWriter, BestEffortRoomIndex

NAMED = 3
"""Unknown ids that a note names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Investigator:
    """Answers questions with what 100ms and earlier look-ups know."""

    workspaces: Workspaces
    recall: BestEffortRoomIndex
    learner: RoomIndexWriter
    catalogue: Catalogue
    clock: Clock
    budget: Budget = field(default_factory=Budget)
    beside: PendingEvidence = field(default_factory=PendingEvidence)

    async def report(
        self,
        question: LookupQuery,
        lookup_id: str,
        tell: Tell,
        watch: Watch = unwatched,
        known: Snapshot | None = None,
    ) -> Report | Choices:
        """Resolve, fetch, sum up. Raises BotError when there is nothing to report.

        What an earlier look-up has `known` of the same target is not read again, where 100ms'
        totals prove what is new.
        """
        if question.complaint and not question.clues:
            raise UnreadableQuestion(question.complaint)
        ahead = ahead_of(question)
        try:
            persons = self._persons(tell, ahead, question.workspaces)
            resolver = Resolver(persons, question.workspace)
            found = await resolver.resolve(question.clues)
            for target in resolver.seen:
                self.learner.peer(target)
            if isinstance(found, Choices):
                notes = (*question.remarks, *resolver.notes, found.note)
                return replace(found, note=" ".join(notes).strip())
            window, usual = window_of(question, found)
            place = place_of(found, question.types)
            seed = known.fetched.events if known and known.place == place else ()
            task = FetchTask(lookup_id, window, question.types, watch, ahead, seed)
            as_of = self.clock()
            target, fetched = await self._read(found, task, tell, as_of)
            notes = (*resolver.notes, *usual)
            report = build_report(target, task, as_of, fetched)
            return replace(report, notes=notes, remarks=question.remarks)
        finally:
            ahead.close()

    async def reopen(self, handle: SavedLookup, tell: Tell) -> Report:
        """The look-up a button belongs to, as of then. Raises NotAllowed if it cannot be.

        What was recorded later is no part of it, neither here nor in its diagnosis.
        """
        if handle.workspace not in self.workspaces:
            raise NotAllowed(
                f"The 100ms workspace {handle.workspace} is no longer configured.",
                next_step="Ask again for a fresh answer.",
            )
        ahead = Prefetch(handle.types, person_of(handle))
        room = await fetch_room(self._on(handle.workspace, tell), handle.room_id, ahead)
        target = target_of(handle, room or Room(handle.room_id, handle.workspace))
        task = FetchTask(handle.lookup_id, Window(), handle.types, ahead=ahead)
        try:
            target, fetched = await self._read(target, task, tell, handle.as_of)
        finally:
            ahead.close()
        return rebuild_report(handle, target, fetched, self.clock())

    async def diagnose(self, report: Report, tell: Tell) -> Report:
        """The report with its diagnosis as of the report, from evidence read within the budget.

        Evidence that cannot be read becomes a note. Sums are done off the event loop: a storm
        of thousands of events takes seconds.
        """
        hundredms = self._on(report.target.room.workspace, tell).low_priority()
        found = await gather_evidence(
            hundredms,
            report.target,
            report.events,
            report.as_of,
            self.budget,
            report.window,
            read=whole_room(report),
            begun=self.beside.take(report),
        )
        evidence = evidence_as_of(found, report.as_of)
        case = case_of(
            report.target,
            report.events,
            evidence,
            report.as_of,
            report.window,
            seen=report.completeness,
            all_types=set(report.types) >= set(ERROR_TYPES),
        )
        diagnosis = await asyncio.to_thread(diagnose, case, self.catalogue)
        seen = report.completeness
        self.learner.seen(report.target, evidence.sessions)
        return replace(
            report,
            diagnosis=diagnosis,
            sessions=evidence.sessions,
            tracks=evidence.tracks,
            completeness=replace(seen, notes=(*seen.notes, *evidence.notes, *_room_note(report))),
        )

    async def describe(
        self, clues: Sequence[Identifier], workspaces: Sequence[str] | None = None
    ) -> Choices:
        """Each clue with what it is and when it was created, for a person to choose.

        Only `workspaces` are asked, all if None. Things that are nothing in any of them are left
        out, and the note names them. The calls have a low priority and a limit; the note counts
        the ids that are over it.
        """
        where, who = split(clues)
        asked = {
            alias: hundredms.low_priority()
            for alias, hundredms in only(self.workspaces, workspaces).items()
        }
        most = self.budget.ids_within_calls(len(asked))
        where, beyond = where[:most], len(where[most:])
        found = await asyncio.gather(*(self._described(clue, asked) for clue in where))
        places = [candidate for group in found for candidate in group]
        rooms = {candidate.value for candidate in places if candidate.kind == "room"}
        room_id = rooms.pop().removeprefix("room ") if len(rooms) == 1 else None
        people = [candidate_of_clue(clue, room_id) for clue in who]
        unknown = [clue.value for clue, group in zip(where, found, strict=True) if not group]
        return Choices(tuple(dict.fromkeys(places + people)), _unknown(unknown, beyond))

    def _persons(
        self, tell: Tell, ahead: Prefetch, permitted: Sequence[str] | None
    ) -> PersonSearch:
        asked = only(self.workspaces, permitted)
        workspaces = {alias: self._on(alias, tell) for alias in asked}
        return PersonSearch(workspaces, self.recall, self.budget, self.clock(), ahead)

    def _on(self, alias: str, tell: Tell) -> HundredMs:
        return self.workspaces[alias].reporting_to(tell)

    async def _described(self, clue: Identifier, workspaces: Workspaces) -> list[Candidate]:
        try:
            search = await find_rooms(clue, workspaces, self.recall)
        except (NothingFound, UnknownCode):
            return []
        if search.troubles and not search.places:
            return [candidate_of_clue(clue)]  # 100ms cannot say now: still to be chosen
        return [candidate_of_place(place) for place in search.places]

    async def _read(
        self, target: Target, task: FetchTask, tell: Tell, as_of: datetime
    ) -> tuple[Target, Fetched]:
        hundredms = self.workspaces[target.room.workspace]
        self.learner.room(hundredms.low_priority(), target)
        whole = target.kind == "room" or reads_whole_room(target, task.types)
        gathering = gathering_of(
            hundredms.low_priority(), target, as_of, task.window, self.budget, whole=whole
        )
        reader = Reader(
            hundredms,
            task.types,
            self.budget.rows_per_type,
            self.clock,
            tell,
            task.watch,
            task.ahead,
            task.seed,
            gathering.start_in_background,
        )
        with self.beside.kept(gathering):
            target, fetched = await read_any_spelling(reader, target)
        self.learner.people(target.room, fetched.events)
        return target, fetched


def _room_note(report: Report) -> Sequence[str]:
    if report.target.room.enabled is not None:
        return ()
    return ("The room's settings could not be read: whether it is enabled is not known.",)


def _unknown(values: Sequence[str], beyond: int) -> str:
    """Which ids lead nowhere, a few by name, the rest by number; and how many were not tried."""
    untried = f"{beyond} more were not looked up." if beyond else ""
    if not values:
        return untried
    named = ", ".join(values[:NAMED])
    more = f" and {len(values) - NAMED} more" if len(values) > NAMED else ""
    return f"I know nothing by {named}{more} in any workspace. {untried}".rstrip()
