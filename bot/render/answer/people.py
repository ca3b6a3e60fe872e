"""The people of a sentence: up to three by name where names are shown, else their number."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.diagnosis import Diagnosis, Person
from bot.domain.diagnosis.wording import join_words, people_words
from bot.domain.privacy.personal_names import Names, is_contact
from bot.domain.report import Report
from bot.domain.text import clip
from bot.render.phrases import display_name

MOST_NAMES = 3
_NAME, _NAME_WORDS = 24, 3


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
