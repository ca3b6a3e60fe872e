"""The investigator behind every entry point: it turns a question into a report or a choice."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis import DiagnosisInput, diagnose
from bot.domain.errors import NotAllowed, NothingFound, UnknownCode, UnreadableQuestion
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.query import Identifier, LookupQuery
from bot.domain.report import Completeness, Report, Window
from bot.domain.rooms import Room
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Candidate, Choices, Target
from bot.investigate.budget import Budget
from bot.investigate.event_cache import PlaceKey, Snapshot, place_key
from bot.investigate.evidence.evidence import (
    Evidence,
    PendingEvidence,
    build_collector,
    build_diagnosis_input,
    gather_evidence,
)
from bot.investigate.fetch.events import EventReader, Fetched, read_any_spelling
from bot.investigate.fetch.pagination import Prefetch
from bot.investigate.ports import (
    Clock,
    HundredMs,
    Tell,
    Watch,
    Workspaces,
    ignore_progress,
    permitted_workspaces,
)
from bot.investigate.reports import (
    FetchTask,
    build_report,
    continues_answer,
    evidence_as_of,
    person_of,
    prefetch_for,
    reads_whole_room,
    rebuild_report,
    target_of,
    whole_room_events,
    window_of,
)
from bot.investigate.resolve.people import PersonSearch
from bot.investigate.resolve.resolver import Resolver, split_identifiers
from bot.investigate.resolve.rooms import fetch_room, find_rooms
from bot.investigate.resolve.suggestions import candidate_of_identifier, candidate_of_place
from bot.investigate.room_index import BestEffortRoomIndex, RoomIndexWriter

MOST_NAMED = 3
"""Most unknown ids that a note names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Investigator:
    """Answers questions from the data of 100ms and of earlier look-ups."""

    workspaces: Workspaces
    room_index: BestEffortRoomIndex
    index_writer: RoomIndexWriter
    catalogue: Catalogue
    clock: Clock
    budget: Budget = field(default_factory=Budget)
    beside: PendingEvidence = field(default_factory=PendingEvidence)
    reads_status_page: bool = False

    async def report(
        self,
        query: LookupQuery,
        lookup_id: str,
        tell: Tell,
        watch: Watch = ignore_progress,
        cached: Snapshot | None = None,
    ) -> Report | Choices:
        """Resolve the question, fetch its events and build the report.

        Raises BotError if there is nothing to report. `cached` holds the events of an earlier
        look-up of the same target; they are not read again where 100ms' totals prove which events
        are new.
        """
        if query.complaint and not query.clues:
            raise UnreadableQuestion(query.complaint)
        prefetch = prefetch_for(query)
        try:
            resolver, resolved = await self._resolve(query, tell, prefetch)
            if isinstance(resolved, Choices):
                return _with_remarks(resolved, query, resolver.notes)
            window, window_notes = window_of(query, resolved)
            seed = _events_of(cached, place_key(resolved, query.types))
            task = FetchTask(lookup_id, window, query.types, watch, prefetch, seed)
            as_of = self.clock()
            target, fetched = await self._read(resolved, task, tell, as_of)
            if target.kind == "user" and not fetched.events and fetched.completeness.complete:
                near = await self._near_user(resolver, target, as_of)
                if near is not None:
                    return _with_remarks(near, query, resolver.notes)
            report = build_report(target, task, as_of, fetched)
            return replace(
                report,
                notes=(*resolver.notes, *window_notes),
                remarks=query.remarks,
                follow_up=continues_answer(query, target),
            )
        finally:
            prefetch.close()

    async def _near_user(
        self, resolver: Resolver, target: Target, as_of: datetime
    ) -> Choices | None:
        """Return the people who are like a user without errors; None if a webhook names them."""
        facts = await self.room_index.facts_as_of(target.room, as_of)
        if any(fact.user_id == target.user_id for fact in facts):
            return None
        return await resolver.near_user(target)

    async def reopen(self, saved_lookup: SavedLookup, tell: Tell) -> Report:
        """Return the report that a button belongs to, as of the button's answer.

        Raises NotAllowed if that is not possible. Events recorded later are left out, both here and
        in the diagnosis.
        """
        if saved_lookup.workspace not in self.workspaces:
            raise NotAllowed(
                f"The 100ms workspace {saved_lookup.workspace} is no longer configured.",
                next_step="Ask again for a fresh answer.",
            )
        prefetch = Prefetch(saved_lookup.types, person_of(saved_lookup))
        room = await fetch_room(
            self._client(saved_lookup.workspace, tell), saved_lookup.room_id, prefetch
        )
        target = target_of(saved_lookup, room or Room(saved_lookup.room_id, saved_lookup.workspace))
        task = FetchTask(saved_lookup.lookup_id, Window(), saved_lookup.types, prefetch=prefetch)
        try:
            target, fetched = await self._read(target, task, tell, saved_lookup.as_of)
        finally:
            prefetch.close()
        return rebuild_report(saved_lookup, target, fetched, self.clock())

    async def diagnose(self, report: Report, tell: Tell) -> Report:
        """Return the report with its diagnosis as of the report.

        Evidence is read within the budget; what cannot be read becomes a note. The diagnosis runs
        in a thread, off the event loop, because thousands of events take seconds.
        """
        case, evidence = await self._read_case(report, tell)
        diagnosis = await asyncio.to_thread(diagnose, case, self.catalogue)
        self.index_writer.learn_seen_peer(report.target, evidence.sessions)
        return replace(
            report,
            diagnosis=diagnosis,
            sessions=evidence.sessions,
            tracks=evidence.tracks,
            completeness=_with_notes(report, evidence.notes),
            reads_status_page=self.reads_status_page,
        )

    async def case(self, report: Report, tell: Tell) -> DiagnosisInput:
        """Return everything that the diagnosis of a report rests on, read anew."""
        return (await self._read_case(report, tell))[0]

    async def _read_case(self, report: Report, tell: Tell) -> tuple[DiagnosisInput, Evidence]:
        hundredms = self._client(report.target.room.workspace, tell).low_priority()
        found = await gather_evidence(
            hundredms,
            report.target,
            report.events,
            report.as_of,
            self.budget,
            report.window,
            room_events=whole_room_events(report),
            started=self.beside.take(report),
        )
        evidence = evidence_as_of(found, report.as_of)
        case = build_diagnosis_input(
            report.target,
            report.events,
            evidence,
            report.as_of,
            report.window,
            completeness=report.completeness,
            all_types=set(report.types) >= set(ERROR_TYPES),
            facts=await self.room_index.facts_as_of(report.target.room, report.as_of),
        )
        return case, evidence

    async def describe(
        self, identifiers: Sequence[Identifier], workspaces: Sequence[str] | None = None
    ) -> Choices:
        """Return each identifier with its kind and creation time, for a person to choose from.

        Only `workspaces` are asked; all of them if it is None. Identifiers that are unknown in all
        of them are left out, and the note names them. The calls have a low priority and a limit;
        the note counts the ids over the limit.
        """
        place_identifiers, person_identifiers = split_identifiers(identifiers)
        clients = {
            alias: hundredms.low_priority()
            for alias, hundredms in permitted_workspaces(self.workspaces, workspaces).items()
        }
        most = self.budget.ids_within_calls(len(clients))
        place_identifiers, beyond = place_identifiers[:most], len(place_identifiers[most:])
        groups = await asyncio.gather(
            *(self._describe_identifier(identifier, clients) for identifier in place_identifiers)
        )
        places = [candidate for group in groups for candidate in group]
        rooms = {candidate.value for candidate in places if candidate.kind == "room"}
        room_id = rooms.pop().removeprefix("room ") if len(rooms) == 1 else None
        people = [candidate_of_identifier(identifier, room_id) for identifier in person_identifiers]
        unknown = [
            identifier.value
            for identifier, group in zip(place_identifiers, groups, strict=True)
            if not group
        ]
        return Choices(tuple(dict.fromkeys(places + people)), _unknown_note(unknown, beyond))

    async def resolve(self, query: LookupQuery, tell: Tell) -> Target | Choices:
        """Return the target of a question, or the choices. Raises BotError if there is none."""
        if not query.clues:
            raise UnreadableQuestion(query.complaint)
        return (await self._resolve(query, tell, Prefetch()))[1]

    async def _resolve(
        self, query: LookupQuery, tell: Tell, prefetch: Prefetch
    ) -> tuple[Resolver, Target | Choices]:
        person_search = self._person_search(tell, prefetch, query.workspaces)
        resolver = Resolver(person_search, query.workspace, follow_up=query.follow_up)
        resolved = await resolver.resolve(query.clues)
        for target in resolver.seen_targets:
            self.index_writer.learn_peer(target)
        return resolver, resolved

    def _person_search(
        self, tell: Tell, prefetch: Prefetch, permitted: Sequence[str] | None
    ) -> PersonSearch:
        aliases = permitted_workspaces(self.workspaces, permitted)
        workspaces = {alias: self._client(alias, tell) for alias in aliases}
        return PersonSearch(workspaces, self.room_index, self.budget, self.clock(), prefetch)

    def _client(self, alias: str, tell: Tell) -> HundredMs:
        return self.workspaces[alias].reporting_to(tell)

    async def _describe_identifier(
        self, identifier: Identifier, workspaces: Workspaces
    ) -> list[Candidate]:
        try:
            search = await find_rooms(identifier, workspaces, self.room_index)
        except (NothingFound, UnknownCode):
            return []
        if search.troubles and not search.places:
            return [candidate_of_identifier(identifier)]  # 100ms does not answer: still offer it
        return [candidate_of_place(place) for place in search.places]

    async def _read(
        self, target: Target, task: FetchTask, tell: Tell, as_of: datetime
    ) -> tuple[Target, Fetched]:
        hundredms = self.workspaces[target.room.workspace]
        self.index_writer.learn_codes(hundredms.low_priority(), target)
        whole = target.kind == "room" or reads_whole_room(target, task.types)
        collector = build_collector(
            hundredms.low_priority(), target, as_of, task.window, self.budget, whole=whole
        )
        reader = EventReader(
            hundredms,
            task.types,
            self.budget.rows_per_type,
            self.clock,
            tell,
            task.watch,
            task.prefetch,
            task.seed,
            collector.start_in_background,
        )
        with self.beside.hold(collector):
            target, fetched = await read_any_spelling(reader, target)
        self.index_writer.learn_peers(target.room, fetched.events)
        return target, fetched


def _events_of(snapshot: Snapshot | None, place: PlaceKey) -> tuple[ErrorEvent, ...]:
    """Return the events of an earlier look-up if it was of the same place."""
    return snapshot.fetched.events if snapshot and snapshot.place_key == place else ()


def _with_remarks(choices: Choices, query: LookupQuery, notes: Sequence[str]) -> Choices:
    """Return the choices with remarks on the question and notes on the search in front."""
    return replace(choices, note=" ".join((*query.remarks, *notes, choices.note)).strip())


def _with_notes(report: Report, notes: Sequence[str]) -> Completeness:
    """Return the report's completeness with notes on the evidence and the room added."""
    seen = report.completeness
    return replace(seen, notes=(*seen.notes, *notes, *_room_note(report)))


def _room_note(report: Report) -> Sequence[str]:
    if report.target.room.enabled is not None:
        return ()
    return ("The room's settings could not be read: whether it is enabled is not known.",)


def _unknown_note(values: Sequence[str], beyond: int) -> str:
    """Return a sentence about the ids that were not found and the number not tried.

    It names a few unknown ids and counts the rest.
    """
    untried = f"{beyond} more were not looked up." if beyond else ""
    if not values:
        return untried
    named = ", ".join(values[:MOST_NAMED])
    more = f" and {len(values) - MOST_NAMED} more" if len(values) > MOST_NAMED else ""
    return f"I found nothing by {named}{more} in any workspace. {untried}".rstrip()
