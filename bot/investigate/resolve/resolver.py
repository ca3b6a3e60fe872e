"""From a question's clues to one target, or to several that are offered, never guessed."""

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
from bot.domain.rooms import birth_of
from bot.domain.target import Choices, Target
from bot.investigate.resolve.choices import (
    candidate_of_clue,
    candidate_of_place,
    candidate_of_target,
)
from bot.investigate.resolve.people import PersonSearch, in_place
from bot.investigate.resolve.rooms import RoomMatch, RoomSearch, find_rooms

PERSONS = (IdentifierKind.PEER, IdentifierKind.USER)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Resolver:
    """Finds what a question is about; `notes` say which workspaces could not be asked.

    What the `preferred` workspace knows is meant, though others know something of that name.
    """

    persons: PersonSearch
    preferred: str = ""
    notes: list[str] = field(default_factory=list)
    seen: list[Target] = field(default_factory=list)
    """Peers that a session of 100ms' holds, as the search for them showed."""

    async def resolve(self, clues: Sequence[Identifier]) -> Target | Choices:
        """The one target, or the several there are.

        A clue that leads nowhere is left out, and a note names it, where another clue leads
        somewhere. Raises UnreadableQuestion, NothingFound, UnknownCode, or what 100ms raised.
        """
        if not clues:
            raise UnreadableQuestion
        where, who = split(clues)
        if not where:
            return await self._persons(who)
        where = self._within_budget(where)
        found = await asyncio.gather(*(self._places_or_error(clue) for clue in where))
        places = _meant([group for group in found if not isinstance(group, BotError)])
        failed = [
            (clue, error)
            for clue, error in zip(where, found, strict=True)
            if isinstance(error, BotError)
        ]
        if not places:
            return await self._without_place(failed, who)
        self._leave_out(
            failed, places_of_codes_only=all(c.kind is IdentifierKind.CODE for c in where)
        )
        if len(places) > 1:
            return Choices(tuple(candidate_of_place(place) for place in places))
        return _in(places[0], who)

    def _within_budget(self, where: list[Identifier]) -> list[Identifier]:
        """As many clues as may be looked up; a note counts the rest."""
        most = self.persons.budget.ids_within_calls(len(self.persons.workspaces))
        if len(where) > most:
            self.notes.append(f"{len(where) - most} more ids of the text were not looked up.")
        return where[:most]

    async def _without_place(
        self, failed: Sequence[tuple[Identifier, BotError]], who: Sequence[Identifier]
    ) -> Target | Choices:
        """The person alone, where no place is known; else the error that says most."""
        errors = [error for _, error in failed]
        worst = next((error for error in errors if not isinstance(error, AskedWrongly)), errors[0])
        if not who or not isinstance(worst, AskedWrongly):
            raise _of_all(errors) if isinstance(worst, NothingFound) else worst
        try:
            found = await self._persons(who)
        except AskedWrongly:
            raise worst from None
        self._leave_out(failed, places_of_codes_only=True)
        return found

    def _leave_out(
        self, failed: Sequence[tuple[Identifier, BotError]], *, places_of_codes_only: bool
    ) -> None:
        """Note what led nowhere; an unknown code beside a room, as in a link with a token, not."""
        for clue, error in failed:
            if not isinstance(error, UnknownCode):
                self.notes.append(f"{error.cause} This answer leaves it out.")
            elif places_of_codes_only:
                self.notes.append(f"I do not know the room code {clue.value} yet; it is left out.")

    async def _places_or_error(self, clue: Identifier) -> Sequence[RoomMatch] | BotError:
        try:
            return await self._places(clue)
        except (NothingFound, UnknownCode, ServiceTrouble) as error:
            return error

    async def _places(self, clue: Identifier) -> Sequence[RoomMatch]:
        search = await self._ask(clue)
        if search.places:
            self.notes.extend(_not_asked(trouble) for trouble in search.troubles)
            return self._preferred(search.places, lambda place: place.room.workspace)
        if search.troubles:
            raise search.troubles[0]
        raise _no_place(clue, list(self.persons.workspaces))

    async def _ask(self, clue: Identifier) -> RoomSearch:
        persons = self.persons
        return await find_rooms(clue, persons.workspaces, persons.recall, persons.ahead)

    async def _persons(self, who: Sequence[Identifier]) -> Target | Choices:
        if len(who) > 1:
            return Choices(tuple(candidate_of_clue(clue) for clue in who))
        search = await self.persons.find(who[0])
        self.notes.extend(_not_asked(trouble) for trouble in search.troubles)
        self.seen.extend(target for target, sighting in search.found if sighting)
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


def split(clues: Sequence[Identifier]) -> tuple[list[Identifier], list[Identifier]]:
    """Clues that name places, and clues that name persons; a bare UUID is a person's here."""
    who = [clue for clue in clues if clue.kind in (*PERSONS, IdentifierKind.UUID)]
    return [clue for clue in clues if clue not in who], who


def _in(place: RoomMatch, who: Sequence[Identifier]) -> Target | Choices:
    if not who:
        return Target("session" if place.session else "room", place.room, place.session)
    targets = [in_place(clue, place) for clue in who]
    if len(targets) > 1:
        return Choices(tuple(candidate_of_target(target, None) for target in targets))
    return targets[0]


def _meant(found: Sequence[Sequence[RoomMatch]]) -> list[RoomMatch]:
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


def _no_place(clue: Identifier, aliases: Sequence[str]) -> NothingFound:
    where = f"workspace {aliases[0]}" if len(aliases) == 1 else f"workspaces {', '.join(aliases)}"
    if clue.kind is IdentifierKind.NAME:
        return NothingFound(
            f"No room is named {clue.value} in {where}; enabled and disabled rooms were asked.",
            headline="I know nothing by that name",
            next_step="Check the spelling, or paste the room id, the session id or the join "
            "link. For a person paste the peer id, or `user:<id> in <room>`.",
        )
    return NothingFound(
        f"{clue.value} is neither a room nor a session in {where}.{_age(clue.value)}",
        next_step="It may be a template, account or recording id, or belong to a workspace I "
        "do not know. Paste the room id, the session id or the join link.",
    )


def _of_all(errors: Sequence[BotError]) -> BotError:
    """One error for several clues that are all unknown, naming each."""
    first = errors[0]
    if len(errors) == 1:
        return first
    causes = dict.fromkeys(error.cause for error in errors)
    return NothingFound(
        " ".join(causes), headline="I know none of those", next_step=first.next_step
    )


def _age(object_id: str) -> str:
    born = birth_of(object_id)
    return f" The id itself was made at {born:%Y-%m-%d %H:%M} UTC." if born else ""
