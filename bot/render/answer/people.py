"""The people of a sentence: up to three by name where names are shown, else their number.

`meant_words` names the person or the room that an answer is about, and the time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.domain.diagnosis import Diagnosis, Person
from bot.domain.diagnosis.wording import join_words, people_words
from bot.domain.privacy.personal_names import Names, is_contact
from bot.domain.report import Report
from bot.domain.text import clip
from bot.render.filters import window_words
from bot.render.phrases import display_name

MOST_NAMES = 3
_NAME, _NAME_WORDS, _ROOM = 24, 3, 60


@dataclass(frozen=True, slots=True)
class People:
    """The subject of a sentence. `text` begins with a small letter, unless it begins with a name.

    `everybody` says that nobody else was in the call.
    """

    text: str
    number: int
    everybody: bool = False
    named: bool = False

    def did(self, experience: str) -> str:
        """Return a clause such as `none of the 4 people could join`, without "all could not"."""
        if self.number == 1 or not experience.startswith(("could not ", "was ")):
            return f"{self.text} {experience}"
        verb, action = experience.split(" ", 1)
        if verb == "was":
            return f"{self.text} were {action}"
        action = action.removeprefix("not ")
        if not self.everybody or self.named:
            return f"{self.text} could not {action}"
        if self.number == 2:  # noqa: PLR2004  two are both
            return f"both people failed to {action}"
        return f"none of the {people_words(self.number)} could {action}"


def people_of(report: Report, diagnosis: Diagnosis, persons: Iterable[Person]) -> People:
    """Return these people by name, or as `3 of 41 people` if names are hidden or too many."""
    persons = tuple(dict.fromkeys(persons))
    names = [name_of(person) for person in persons] if report.names is not Names.NONE else []
    if 0 < len(names) <= MOST_NAMES and all(names) and len(set(names)) == len(names):
        least = "at least " * diagnosis.people.least
        return People(f"{least}{join_words(names)}", len(names), named=not least)
    return counted_people(report, diagnosis, len(persons))


def name_of(person: Person) -> str:
    """Return the name, or a user id that is no address; "" if there is neither."""
    name = next(filter(None, map(display_name, person.names)), "")
    if not name and person.user_id and not is_contact(person.user_id):
        name = display_name(person.user_id)
    words = clip(name, _NAME).split()
    return " ".join(words[:_NAME_WORDS])


def counted_people(report: Report, diagnosis: Diagnosis, number: int) -> People:
    """Return a number of people as the subject of a sentence."""
    impact = diagnosis.people
    least = "at least " * impact.least
    everybody = number == impact.in_room and not impact.least
    if report.target.kind in {"peer", "user"} and number == 1:
        return People("this participant", 1)
    if impact.in_room is None:
        return People(f"{least}{people_words(number)}", number)
    if not everybody:
        return People(f"{least}{number:,} of {people_words(impact.in_room)}", number)
    if number == 1:
        return People("the only participant", 1)
    text = "both people" if number == 2 else f"all {people_words(number)}"  # noqa: PLR2004
    return People(text, number, everybody=True)


def meant_words(report: Report) -> str:
    """Return `Room storm, since 14:00 UTC`."""
    window = window_words(report.window.since, report.window.until, report.as_of)
    subject = subject_words(report)
    return f"{subject[:1].upper()}{subject[1:]}, {window}"


def subject_words(report: Report) -> str:
    """Return `Room storm`, `Marta Long in room storm` or `Session 65… in room storm`."""
    target = report.target
    room = clip(display_name(target.room.name) or target.room.id, _ROOM)
    if target.kind == "session" and target.session:
        return f"Session {target.session.id} in room {room}"
    if target.kind == "room":
        return f"Room {room}"
    return f"{_person_words(report)} in room {room}"


def _person_words(report: Report) -> str:
    """Return the name of the person asked about, else the id, as far as it may be shown."""
    target = report.target
    name = next(filter(None, map(display_name, _names_of_target(report))), "")
    if name:
        return clip(name, _ROOM)
    if target.kind == "peer":
        return f"Peer {clip(target.peer_id or '', _ROOM)}"
    hidden = report.hides_user or not target.user_id
    return "A participant" if hidden else f"User {clip(display_name(target.user_id), _ROOM)}"


def _names_of_target(report: Report) -> Iterator[str | None]:
    """Yield the names under which 100ms knows the peer or user asked about."""
    target = report.target
    peer_id = (target.peer_id or "").lower()
    for event in report.events:
        is_peer = peer_id and (event.peer_id or "").lower() == peer_id
        if is_peer or (target.user_id and event.user_id == target.user_id):
            yield event.user_name
    for session in report.sessions:
        for peer in session.peers.values():
            is_peer = peer_id and peer.id.lower() == peer_id
            if is_peer or (target.user_id and peer.user_id == target.user_id):
                yield peer.name
