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
from bot.domain.target import Choices, Target
from bot.domain.text import near_words
from bot.investigate.resolve.people import PersonSearch, target_in_room
from bot.investigate.resolve.person_in_room import (
    PersonInRoom,
    candidates_near,
    choices_of_people,
    nobody_words,
    place_words,
)
from bot.investigate.resolve.rooms import RoomMatch, RoomSearch, find_rooms
from bot.investigate.resolve.suggestions import (
    Suggestions,
    candidate_of_identifier,
    candidate_of_person,
    candidate_of_place,
    candidate_of_target,
)

PERSONS = (IdentifierKind.PEER, IdentifierKind.USER, IdentifierKind.PERSON)
MOST_NAMES = 3
"""Most unknown names of one question for which near ones are looked for."""
COMMAND_WORDS = ("help", "settings")
"""Words that ask for something other than a look-up, for “Did you mean”."""
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Resolver:
    """Finds the target of a question; `notes` say which workspaces could not be asked.

    Matches in the `preferred` workspace take precedence over matches in others.
    """

    person_search: PersonSearch
    preferred: str = ""
    follow_up: bool = False
    """Whether the room is that of an earlier answer, so that a name may be another room's."""
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
            places,
            places_of_codes_only=all(c.kind is IdentifierKind.CODE for c in place_identifiers),
        )
        if len(places) > 1:
            return Choices(tuple(candidate_of_place(place) for place in places))
        if any(identifier.kind is IdentifierKind.PERSON for identifier in person_identifiers):
            name = person_identifiers[0].value
            return await self._person_in_room.find(places[0], name, follow_up=self.follow_up)
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
        if not isinstance(worst, AskedWrongly):
            raise worst
        if all(identifier.kind is IdentifierKind.PERSON for identifier in person_identifiers):
            error = _combine_errors(errors) if isinstance(worst, NothingFound) else worst
            return await self._suggest(failed, error)
        try:
            result = await self._resolve_persons(person_identifiers)
        except AskedWrongly:
            raise worst from None
        self._leave_out(failed, (), places_of_codes_only=True)
        return result

    async def _suggest(
        self, failed: Sequence[tuple[Identifier, BotError]], error: BotError
    ) -> Choices:
        """Return rooms and people with names like those that no room has.

        Without any, raises the error, which then says where people were looked for, too.
        """
        names = [clue.value for clue, _ in failed if clue.kind is IdentifierKind.NAME]
        if not names:
            raise error
        spellings = dict.fromkeys((" ".join(names), *names[:MOST_NAMES]))
        rooms = await self._suggestions.near_rooms(tuple(spellings))
        candidates = [candidate_of_place(RoomMatch(room)) for room in rooms]
        if len(names) == 1:
            people = await self._suggestions.people_in_known_rooms(names[0])
            found = people.called or (() if candidates else people.near)
            candidates += [candidate_of_person(stay) for stay in found]
            error = _with_searched_rooms(error, people.rooms)
        if not candidates:
            raise error
        note = " ".join(dict.fromkeys(error.cause for _, error in failed))
        return Choices(tuple(candidates), note, near=True)

    @property
    def _suggestions(self) -> Suggestions:
        return Suggestions(self.person_search.workspaces, self.person_search.room_index)

    @property
    def _person_in_room(self) -> PersonInRoom:
        return PersonInRoom(self._suggestions, self._rooms_named)

    async def _rooms_named(self, name: str) -> Sequence[RoomMatch]:
        search = await self._ask(Identifier(IdentifierKind.NAME, name))
        return self._preferred(search.places, lambda place: place.room.workspace)

    async def near_user(self, target: Target) -> Choices | None:
        """Return the people who are like a user without errors; see `PersonInRoom.near_user`."""
        return await self._person_in_room.near_user(target)

    async def _resolve_name_of_person(self, person: Identifier) -> Target | Choices:
        """Return the room of that name, or people with the name in rooms of earlier look-ups."""
        search = await self._ask(person)
        if search.troubles and not search.places:
            raise search.troubles[0]
        if search.places:
            places = self._preferred(search.places, lambda place: place.room.workspace)
            if len(places) == 1:
                return _target_in(places[0], ())
            return Choices(tuple(candidate_of_place(place) for place in places))
        people = await self._suggestions.people_in_known_rooms(person.value)
        if people.called:
            return choices_of_people(people)
        if people.near:
            cause = nobody_words(person.value, "the rooms of the latest look-ups")
            return Choices(candidates_near(people), cause, near=True)
        error = NothingFound(
            f"No room or id is called “{person.value}”.",
            headline="I couldn't find that person",
            next_step=f"Name the room, too: `{person.value} in <room>`, or use an id: the peer id, "
            "or `user:<id> in <room>`.",
        )
        raise _with_searched_rooms(error, people.rooms)

    def _leave_out(
        self,
        failed: Sequence[tuple[Identifier, BotError]],
        places: Sequence[RoomMatch],
        *,
        places_of_codes_only: bool,
    ) -> None:
        """Add a note for each identifier that was not found.

        An unknown code beside a room, as in a link with a token, gets no note.
        """
        for identifier, error in failed:
            if identifier.kind is IdentifierKind.NAME and len(places) == 1:
                self.notes.append(
                    f"I understood {place_words(places[0])} but not “{identifier.value}”: no room "
                    "has that name. This answer leaves it out."
                )
            elif not isinstance(error, UnknownCode):
                self.notes.append(f"{error.cause} This answer leaves it out.")
            elif places_of_codes_only:
                self.notes.append(
                    f"I don't know the room code {identifier.value} yet, so I left it out."
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
        if person_identifiers[0].kind is IdentifierKind.PERSON:
            return await self._resolve_name_of_person(person_identifiers[0])
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
            f"This channel means the workspace {self.preferred}. {', '.join(others)} has something "
            "by that name or id, too: paste its room id to look there."
        )
        return preferred_matches


def _not_asked_note(trouble: ServiceTrouble) -> str:
    return (
        f"The workspace {trouble.workspace} could not be asked ({trouble.headline}); it may have "
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
    where = f" in the workspaces {', '.join(aliases)}" if len(aliases) > 1 else ""
    if clue.kind is IdentifierKind.NAME:
        word = next(iter(near_words(clue.value, COMMAND_WORDS, most=1)), "")
        doubt = f" Did you mean `{word}`?" if word else ""
        return NothingFound(
            f"No room called “{clue.value}”{where} (I checked disabled ones too).{doubt}",
            headline="I found nothing by that name",
            next_step="Check the spelling, or paste the room id, the session id or the join link. "
            f"For a person, name the room too: `{clue.value} in <room>` or `user:<id> in <room>`.",
        )
    return NothingFound(
        f"{clue.value} is neither a room nor a session{where}{_age_note(clue.value)}.",
        next_step="It may be the id of a template, an account or a recording, or belong to another "
        "100ms workspace. Paste the room id, the session id or the join link.",
    )


def _combine_errors(errors: Sequence[BotError]) -> BotError:
    """Return one error that names each of several unknown identifiers."""
    first = errors[0]
    if len(errors) == 1:
        return first
    causes = dict.fromkeys(error.cause for error in errors)
    return NothingFound(
        " ".join(causes), headline="I found none of those", next_step=first.next_step
    )


def _with_searched_rooms(error: BotError, rooms: int) -> BotError:
    """Return the error with the number of rooms in which a person of that name was looked for."""
    if not rooms or not isinstance(error, NothingFound):
        return error
    where = "the room" if rooms == 1 else f"the {rooms} rooms"
    cause = (
        f"{error.cause} Nobody in the latest sessions of {where} looked up lately has that name."
    )
    return NothingFound(cause, headline=error.headline, next_step=error.next_step)


def _age_note(object_id: str) -> str:
    born = creation_time_of(object_id)
    return f" (created {born.day} {born:%b %Y})" if born else ""
