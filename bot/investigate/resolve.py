"""From a question's clues to one target, or to several that are offered, never guessed."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.domain.errors import NothingFound, ServiceTrouble, UnknownCode, UnreadableQuestion
from bot.domain.places import birth_of
from bot.domain.question import Clue, Kind
from bot.domain.target import Choices, Target
from bot.investigate.candidates import candidate_of_clue, candidate_of_place, candidate_of_target
from bot.investigate.persons import PersonSearch, in_place
from bot.investigate.places import Place, Search, places_of

PERSONS = (Kind.PEER, Kind.USER)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Resolver:
    """Finds what a question is about; `notes` say which workspaces could not be asked.

    What the `preferred` workspace knows is meant, though others know something of that name.
    """

    persons: PersonSearch
    preferred: str = ""
    notes: list[str] = field(default_factory=list)

    async def resolve(self, clues: Sequence[Clue]) -> Target | Choices:
        """The one target, or the several there are.

        Raises UnreadableQuestion, NothingFound, UnknownCode, or what 100ms raised.
        """
        if not clues:
            raise UnreadableQuestion
        where, who = split(clues)
        if not where:
            return await self._persons(who)
        found = await asyncio.gather(*(self._places(clue, where) for clue in where))
        places = _meant([group for group in found if group])
        if len(places) > 1:
            return Choices(tuple(candidate_of_place(place) for place in places))
        return _in(places[0], who)

    async def _places(self, clue: Clue, beside: Sequence[Clue]) -> Sequence[Place]:
        """Where the clue leads; an unknown code beside a room (a link with a token) nowhere."""
        try:
            search = await self._ask(clue)
        except UnknownCode:
            if all(other.kind is Kind.CODE for other in beside):
                raise
            return ()
        if search.places:
            self.notes.extend(_not_asked(trouble) for trouble in search.troubles)
            return self._preferred(search.places, lambda place: place.room.workspace)
        if search.troubles:
            raise search.troubles[0]
        raise _no_place(clue, list(self.persons.workspaces))

    async def _ask(self, clue: Clue) -> Search:
        persons = self.persons
        return await places_of(clue, persons.workspaces, persons.recall, persons.ahead)

    async def _persons(self, who: Sequence[Clue]) -> Target | Choices:
        if len(who) > 1:
            return Choices(tuple(candidate_of_clue(clue) for clue in who))
        search = await self.persons.find(who[0])
        self.notes.extend(_not_asked(trouble) for trouble in search.troubles)
        matches = self._preferred(search.found, lambda match: match[0].room.workspace)
        if len(matches) == 1:
            return matches[0][0]
        return Choices(tuple(candidate_of_target(target, seen) for target, seen in matches))

    def _preferred(self, found: Sequence[Found], where: Callable[[Found], str]) -> Sequence[Found]:
        """What the preferred workspace knows; everything if it knows nothing."""
        here = [one for one in found if where(one) == self.preferred]
        others = sorted({where(one) for one in found} - {self.preferred})
        if not here or not others:
            return found
        self.notes.append(
            f"This channel means the workspace {self.preferred}; {', '.join(others)} knows "
            "something by that name or id, too: paste a room id of it to look there."
        )
        return here


def _not_asked(trouble: ServiceTrouble) -> str:
    return (
        f"The workspace {trouble.workspace} could not be asked ({trouble.headline}); it may know "
        "something by that name or id, too."
    )


def split(clues: Sequence[Clue]) -> tuple[list[Clue], list[Clue]]:
    """Clues that name places, and clues that name persons; a bare UUID is a person's here."""
    who = [clue for clue in clues if clue.kind in (*PERSONS, Kind.UUID)]
    return [clue for clue in clues if clue not in who], who


def _in(place: Place, who: Sequence[Clue]) -> Target | Choices:
    if not who:
        return Target("session" if place.session else "room", place.room, place.session)
    targets = [in_place(clue, place) for clue in who]
    if len(targets) > 1:
        return Choices(tuple(candidate_of_target(target, None) for target in targets))
    return targets[0]


def _meant(found: Sequence[Sequence[Place]]) -> list[Place]:
    """Distinct places; a room that was named beside its own session means that session."""
    places = list({place.key: place for group in found for place in group}.values())
    cut = {(place.room.workspace, place.room.id) for place in places if place.session}
    if len(found) > 1:
        places = [
            place
            for place in places
            if place.session or (place.room.workspace, place.room.id) not in cut
        ]
    return places


def _no_place(clue: Clue, aliases: Sequence[str]) -> NothingFound:
    where = f"workspace {aliases[0]}" if len(aliases) == 1 else f"workspaces {', '.join(aliases)}"
    if clue.kind is Kind.NAME:
        return NothingFound(
            f"No room is named {clue.value} in {where}; enabled and disabled rooms were asked.",
            headline="I could not find that room",
            next_step="Check the spelling, or paste the room id, the session id or the join "
            "link. A room code is read from its link, or after `code`.",
        )
    return NothingFound(
        f"{clue.value} is neither a room nor a session in {where}.{_age(clue.value)}",
        next_step="It may be a template, account or recording id, or belong to a workspace I "
        "do not know. Paste the room id, the session id or the join link.",
    )


def _age(object_id: str) -> str:
    born = birth_of(object_id)
    return f" The id itself was made at {born:%Y-%m-%d %H:%M} UTC." if born else ""
