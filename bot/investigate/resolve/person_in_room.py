"""Resolves a person by name in a room that is named, known, or that of an earlier answer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.domain.errors import NothingFound, ServiceTrouble
from bot.domain.parsing.follow_up import WORDS, WORDS_SENTENCE
from bot.domain.query import Identifier, IdentifierKind
from bot.domain.target import Candidate, Choices, Target
from bot.domain.text import near_words
from bot.investigate.background import ignore_result
from bot.investigate.resolve.people import target_in_room
from bot.investigate.resolve.people_by_name import NamedPeople, people_in_room
from bot.investigate.resolve.rooms import RoomMatch
from bot.investigate.resolve.suggestions import (
    Suggestions,
    candidate_of_person,
    candidate_of_place,
)


@dataclass(frozen=True, slots=True)
class PersonInRoom:
    """Finds people in one room. `rooms_named` returns the rooms of a name."""

    suggestions: Suggestions
    rooms_named: Callable[[str], Awaitable[Sequence[RoomMatch]]]

    async def find(self, place: RoomMatch, name: str, *, follow_up: bool) -> Target | Choices:
        """Return the one person with that name in the room, or suggestions.

        In a `follow_up`, where the asker did not name the room, the name may be another room's.
        Raises NothingFound and the errors of 100ms.
        """
        rooms = asyncio.ensure_future(self.rooms_named(name)) if follow_up else None
        try:
            people = await self.suggestions.people_in_room(name, place.room)
            if not people.called and rooms is not None:
                return await self._room_instead(place, name, people, await rooms)
        finally:
            if rooms is not None:
                rooms.add_done_callback(ignore_result)
                rooms.cancel()
        if len(people.called) == 1:
            peer = people.called[0].peer
            kind = IdentifierKind.USER if peer.user_id else IdentifierKind.PEER
            return target_in_room(Identifier(kind, peer.user_id or peer.id), place)
        if people.called:
            return choices_of_people(people)
        candidates = candidates_near(people) or (candidate_of_place(place),)
        return Choices(candidates, nobody_words(name, place_words(place)), near=True)

    async def _room_instead(
        self,
        place: RoomMatch,
        name: str,
        people: NamedPeople,
        places: Sequence[RoomMatch],
    ) -> Target | Choices:
        """Return the room of that name, or people and rooms with near names.

        Raises NothingFound, which says what else continues an answer.
        """
        if len(places) == 1:
            return Target("room", places[0].room)
        rooms = [found.room for found in places] or await self.suggestions.near_rooms((name,))
        candidates = candidates_near(people)
        candidates += tuple(candidate_of_place(RoomMatch(room)) for room in rooms)
        cause = nobody_words(name, place_words(place))
        if candidates:
            return Choices(candidates, cause, near=True)
        word = next(iter(near_words(name, WORDS, most=1)), "")
        doubt = f" Did you mean `{word}`?" if word else ""
        raise NothingFound(
            f"{cause} No room has that name.{doubt}",
            headline="I found nothing by that name",
            next_step=WORDS_SENTENCE,
        )

    async def near_user(self, target: Target) -> Choices | None:
        """Return the people whose user id or name is like that of a user without any errors.

        Return None if 100ms knows the user in the room, if nobody is like them, or if 100ms does
        not answer.
        """
        user, room = target.user_id or "", target.room
        client = self.suggestions.workspaces[room.workspace]
        try:
            people = await people_in_room(client, room, user, with_errors=False)
            if any(stay.peer.user_id == user for stay in people.called):
                return None
            people = await people_in_room(client, room, user)
        except ServiceTrouble:
            return None
        candidates = tuple(map(candidate_of_person, people.called or people.near))
        where = place_words(RoomMatch(room))
        note = f"I found no user “{user}” among the latest people of {where}."
        return Choices(candidates, note, near=True) if candidates else None


def choices_of_people(people: NamedPeople) -> Choices:
    """Return the people called by a name, for the asker alone."""
    return Choices(tuple(map(candidate_of_person, people.called)), near=True)


def candidates_near(people: NamedPeople) -> tuple[Candidate, ...]:
    """Return the people whose names are near."""
    return tuple(map(candidate_of_person, people.near))


def nobody_words(name: str, place: str) -> str:
    """Return a sentence about a name that nobody has, as far as people were read."""
    return f"I found nobody called “{name}” among the latest people of {place}."


def place_words(place: RoomMatch) -> str:
    """Return `the room storm`, or the session's id."""
    if place.session:
        return f"the session {place.session.id}"
    return f"the room {place.room.name or place.room.id}"
