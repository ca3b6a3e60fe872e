"""Resolves a question's identifiers to one target, or to several choices; it never guesses.

Each choice has words to choose by and text that asks for exactly it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.domain.errors import (
    AskedWrongly,
    BotError,
    NothingFound,
    ServiceTrouble,
    UnknownCode,
    UnreadableQuestion,
)
from bot.domain.query import Identifier, IdentifierKind
from bot.domain.rooms import creation_time_of
from bot.domain.target import Candidate, Choices, Target, TargetKind
from bot.investigate.resolve.people import PersonSearch, target_in_room
from bot.investigate.resolve.rooms import RoomMatch, RoomSearch, find_rooms
from bot.investigate.resolve.session_search import PeerMatch

_KINDS: dict[IdentifierKind, TargetKind] = {
    IdentifierKind.SESSION: "session",
    IdentifierKind.UUID: "peer",
    IdentifierKind.PEER: "peer",
    IdentifierKind.USER: "user",
}


def candidate_of_place(place: RoomMatch) -> Candidate:
    """Return the candidate of a room or session that was found."""
    room, session = place.room, place.session
    name = room.name or room.id
    if session:
        return Candidate(
            "session",
            f"session {session.id}",
            f"Session {session.id} in room {name}",
            room.workspace,
            session.created_at or creation_time_of(session.id),
        )
    label = f"Room {name}" if room.name is None else f"Room {name} ({room.id})"
    created = room.created_at or creation_time_of(room.id)
    return Candidate("room", f"room {room.id}", label, room.workspace, created)


def candidate_of_target(target: Target, sighting: PeerMatch | None) -> Candidate:
    """Return the candidate of a peer or user in a room, with the time they were last seen there."""
    room = target.room
    if target.kind == "room":
        return candidate_of_place(RoomMatch(room))
    who = target.peer_id if target.kind == "peer" else target.user_id
    word = "Peer" if target.kind == "peer" else "User"
    when = (sighting.peer.joined_at or sighting.session.created_at) if sighting else None
    return Candidate(
        target.kind,
        f"{target.kind} {quote(who or '')} in room {room.id}",
        f"{word} {who} in room {room.name or room.id}",
        room.workspace,
        when,
    )


def candidate_of_identifier(identifier: Identifier, room_id: str | None = None) -> Candidate:
    """Return the candidate of an identifier that was not looked up yet."""
    kind = _KINDS.get(identifier.kind, "room")
    suffix = f" in room {room_id}" if room_id and kind in ("peer", "user") else ""
    word = (
        identifier.kind.value
        if identifier.kind in (IdentifierKind.CODE, IdentifierKind.USER, IdentifierKind.SESSION)
        else kind
    )
    value = (
        identifier.value
        if identifier.kind is IdentifierKind.UUID
        else f"{word} {quote(identifier.value)}"
    )
    label = f"{word.capitalize()} {identifier.value}"
    return Candidate(kind, value + suffix, label, "", creation_time_of(identifier.value))


def quote(value: str) -> str:
    """Return the value in quotes if it holds blanks, so that it is parsed as one value."""
    return f'"{value}"' if any(letter.isspace() for letter in value) else value


PERSONS = (IdentifierKind.PEER, IdentifierKind.USER)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Resolver:
    """Finds the target of a question; `notes` say which workspaces could not be asked.

    Matches in the `preferred` workspace take precedence over matches in others.
    """

    person_search: PersonSearch
    preferred: str = ""
    notes: list[str] = field(default_factory=list)
    seen_targets: list[Target] = field(default_factory=list)
    """Peers that the search found in a session of 100ms."""

    async def resolve(self, identifiers: Sequence[Identifier]) -> Target | Choices:
        """Return the target, or the choices if there are several.

        An identifier that is not found is left out with a note, if another one is found. Raises
        UnreadableQuestion, NothingFound, UnknownCode, or the error of 100ms.
        """
        if not identifiers:
            raise UnreadableQuestion
        place_identifiers, person_identifiers = split_identifiers(identifiers)
        if not place_identifiers:
            return await self._resolve_persons(person_identifiers)
        place_identifiers = self._within_budget(place_identifiers)
        results = await asyncio.gather(
            *(self._places_or_error(identifier) for identifier in place_identifiers)
        )
        places = _distinct_places([group for group in results if not isinstance(group, BotError)])
        failed = [
            (identifier, error)
            for identifier, error in zip(place_identifiers, results, strict=True)
            if isinstance(error, BotError)
        ]
        if not places:
            return await self._without_place(failed, person_identifiers)
        self._leave_out(
            failed,
            places_of_codes_only=all(c.kind is IdentifierKind.CODE for c in place_identifiers),
        )
        if len(places) > 1:
            return Choices(tuple(candidate_of_place(place) for place in places))
        return _target_in(places[0], person_identifiers)

    def _within_budget(self, identifiers: list[Identifier]) -> list[Identifier]:
        """Return as many identifiers as may be looked up; a note counts the rest."""
        most = self.person_search.budget.ids_within_calls(len(self.person_search.workspaces))
        if len(identifiers) > most:
            self.notes.append(f"{len(identifiers) - most} more ids of the text were not looked up.")
        return identifiers[:most]

    async def _without_place(
        self,
        failed: Sequence[tuple[Identifier, BotError]],
        person_identifiers: Sequence[Identifier],
    ) -> Target | Choices:
        """Return the person's target if no place is known.

        If the person cannot be resolved either, raises the error that says most.
        """
        errors = [error for _, error in failed]
        worst = next((error for error in errors if not isinstance(error, AskedWrongly)), errors[0])
        if not person_identifiers or not isinstance(worst, AskedWrongly):
            raise _combine_errors(errors) if isinstance(worst, NothingFound) else worst
        try:
            result = await self._resolve_persons(person_identifiers)
        except AskedWrongly:
            raise worst from None
        self._leave_out(failed, places_of_codes_only=True)
        return result

    def _leave_out(
        self, failed: Sequence[tuple[Identifier, BotError]], *, places_of_codes_only: bool
    ) -> None:
        """Add a note for each identifier that was not found.

        An unknown code beside a room, as in a link with a token, gets no note.
        """
        for identifier, error in failed:
            if not isinstance(error, UnknownCode):
                self.notes.append(f"{error.cause} This answer leaves it out.")
            elif places_of_codes_only:
                self.notes.append(
                    f"I do not know the room code {identifier.value} yet; it is left out."
                )

    async def _places_or_error(self, identifier: Identifier) -> Sequence[RoomMatch] | BotError:
        try:
            return await self._find_places(identifier)
        except (NothingFound, UnknownCode, ServiceTrouble) as error:
            return error

    async def _find_places(self, identifier: Identifier) -> Sequence[RoomMatch]:
        search = await self._ask(identifier)
        if search.places:
            self.notes.extend(_not_asked_note(trouble) for trouble in search.troubles)
            return self._preferred(search.places, lambda place: place.room.workspace)
        if search.troubles:
            raise search.troubles[0]
        raise _no_place_error(identifier, list(self.person_search.workspaces))

    async def _ask(self, identifier: Identifier) -> RoomSearch:
        persons = self.person_search
        return await find_rooms(
            identifier, persons.workspaces, persons.room_index, persons.prefetch
        )

    async def _resolve_persons(self, person_identifiers: Sequence[Identifier]) -> Target | Choices:
        if len(person_identifiers) > 1:
            return Choices(
                tuple(candidate_of_identifier(identifier) for identifier in person_identifiers)
            )
        search = await self.person_search.find(person_identifiers[0])
        self.notes.extend(_not_asked_note(trouble) for trouble in search.troubles)
        self.seen_targets.extend(target for target, sighting in search.matches if sighting)
        matches = self._preferred(search.matches, lambda match: match[0].room.workspace)
        if len(matches) == 1:
            return matches[0][0]
        return Choices(tuple(candidate_of_target(target, sighting) for target, sighting in matches))

    def _preferred(
        self, matches: Sequence[Found], workspace_of: Callable[[Found], str]
    ) -> Sequence[Found]:
        """Return the preferred workspace's matches; all matches if it has none."""
        preferred_matches = [match for match in matches if workspace_of(match) == self.preferred]
        others = sorted({workspace_of(match) for match in matches} - {self.preferred})
        if not preferred_matches or not others:
            return matches
        self.notes.append(
            f"This channel means the workspace {self.preferred}; {', '.join(others)} knows "
            "something by that name or id, too: paste a room id of it to look there."
        )
        return preferred_matches


def _not_asked_note(trouble: ServiceTrouble) -> str:
    return (
        f"The workspace {trouble.workspace} could not be asked ({trouble.headline}); it may know "
        "something by that name or id, too."
    )


def split_identifiers(
    identifiers: Sequence[Identifier],
) -> tuple[list[Identifier], list[Identifier]]:
    """Return identifiers of places, and identifiers of persons.

    A bare UUID counts as a person's.
    """
    person_identifiers = [
        identifier
        for identifier in identifiers
        if identifier.kind in (*PERSONS, IdentifierKind.UUID)
    ]
    return [
        identifier for identifier in identifiers if identifier not in person_identifiers
    ], person_identifiers


def _target_in(place: RoomMatch, person_identifiers: Sequence[Identifier]) -> Target | Choices:
    if not person_identifiers:
        return Target("session" if place.session else "room", place.room, place.session)
    targets = [target_in_room(identifier, place) for identifier in person_identifiers]
    if len(targets) > 1:
        return Choices(tuple(candidate_of_target(target, None) for target in targets))
    return targets[0]


def _distinct_places(groups: Sequence[Sequence[RoomMatch]]) -> list[RoomMatch]:
    """Return distinct places; a room named beside its own session means that session."""
    places = list({place.key: place for group in groups for place in group}.values())
    session_rooms = {(place.room.workspace, place.room.id) for place in places if place.session}
    if len(groups) > 1:
        places = [
            place
            for place in places
            if place.session or (place.room.workspace, place.room.id) not in session_rooms
        ]
    return places


def _no_place_error(clue: Identifier, aliases: Sequence[str]) -> NothingFound:
    where = f"workspace {aliases[0]}" if len(aliases) == 1 else f"workspaces {', '.join(aliases)}"
    if clue.kind is IdentifierKind.NAME:
        return NothingFound(
            f"No room is named {clue.value} in {where}; enabled and disabled rooms were asked.",
            headline="I know nothing by that name",
            next_step="Check the spelling, or paste the room id, the session id or the join "
            "link. For a person paste the peer id, or `user:<id> in <room>`.",
        )
    return NothingFound(
        f"{clue.value} is neither a room nor a session in {where}.{_age_note(clue.value)}",
        next_step="It may be a template, account or recording id, or belong to a workspace I "
        "do not know. Paste the room id, the session id or the join link.",
    )


def _combine_errors(errors: Sequence[BotError]) -> BotError:
    """Return one error that names each of several unknown identifiers."""
    first = errors[0]
    if len(errors) == 1:
        return first
    causes = dict.fromkeys(error.cause for error in errors)
    return NothingFound(
        " ".join(causes), headline="I know none of those", next_step=first.next_step
    )


def _age_note(object_id: str) -> str:
    born = creation_time_of(object_id)
    return f" The id itself was made at {born:%Y-%m-%d %H:%M} UTC." if born else ""
