"""The facts by which two answers to one question are compared, and their difference in one line.

Facts hold counts, outcomes and the verdict. People are digests of their ids, so that facts may be
stored. Names come only from the report in memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.diagnosis import Diagnosis, Outcome, Person, Story, VerdictClass
from bot.domain.diagnosis.thresholds import SURE
from bot.domain.diagnosis.wording import join_words, people_words
from bot.domain.privacy.erasures import digest
from bot.domain.report import Report

MOST_NAMES = 3
"""The most people that a line names; more are counted."""
DIGEST_DIGITS = 20

_GRAVITY: Mapping[Outcome, int] = {
    "recovered": 0,
    "left": 1,
    "unknown": 1,
    "gave_up": 2,
    "blocked": 2,
}
_RECOVERED, _OPEN, _FAILED = range(3)

VERDICT_NOUNS: Mapping[VerdictClass, str] = {
    "user_network": "their network",
    "shared_network": "a network they share",
    "device": "camera or microphone",
    "environment": "browser or device",
    "app": "the app",
    "account": "account or room settings",
    "service": "100ms outage",
    "mixed": "several causes",
    "none": "no fault",
    "unknown": "unknown error",
}
"""The verdict classes as nouns beside an arrow."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person with failures: digests of all their ids, and their gravest outcome."""

    digests: tuple[str, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """The statements of an answer, without names.

    `events` are the error events that count, `affected` the people whom the sentence counts.
    `unread` says that data which may change the answer could not be read.
    """

    events: int
    affected: int
    verdict: VerdictClass
    likely: bool
    unread: bool
    people: tuple[PersonFacts, ...] = ()
    last_call: str = ""
    """The start of the room's last call, in ISO 8601; "" if it is not known."""

    def to_record(self) -> dict[str, Any]:
        """Return the facts as JSON."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "AnswerFacts":
        """Return the facts of a record. Raises KeyError and TypeError for another form."""
        people = tuple(
            PersonFacts(tuple(row["digests"]), row["outcome"]) for row in record["people"]
        )
        return cls(**{**record, "people": people})


def person_digest(name: str) -> str:
    """Return the digest of one id of a person, ignoring case."""
    return digest(name)[:DIGEST_DIGITS]


def digests_of(person: Person) -> tuple[str, ...]:
    """Return the digests of a person's ids; of the key for a person without ids."""
    ids = [*([person.user_id] if person.user_id else []), *person.peer_ids]
    return tuple(map(person_digest, ids or [person.key]))


def facts_of(report: Report) -> AnswerFacts:
    """Return the facts of a report whose names and ids are not rewritten."""
    diagnosis = report.diagnosis
    complete = report.completeness.complete
    if diagnosis is None:
        return AnswerFacts(len(report.events), 0, "unknown", likely=False, unread=not complete)
    verdict = diagnosis.focus.verdict
    return AnswerFacts(
        events=len(report.events),
        affected=diagnosis.focus.people.affected,
        verdict=verdict.cls,
        likely=verdict.confidence < SURE and not diagnosis.nothing,
        unread=bool(diagnosis.verdict.unread) or not complete,
        people=tuple(_people(diagnosis)),
        last_call=last_call.isoformat() if (last_call := last_call_of(report)) else "",
    )


def last_call_of(report: Report) -> datetime | None:
    """Return the start of the last call with people that was read of the room; None if none was."""
    starts = [
        session.created_at
        for session in report.sessions
        if session.created_at and session.peers and session.created_at <= report.as_of
    ]
    return max(starts, default=None)


def later_call_of(report: Report) -> datetime | None:
    """Return the start of the room's last call if the failures told of are from earlier ones."""
    last_call, diagnosis = last_call_of(report), report.diagnosis
    if last_call is None or diagnosis is None or not diagnosis.focus.stories:
        return None
    times = [row.at for story in diagnosis.focus.stories for row in story.rows if row.timed]
    return last_call if times and max(times) < last_call else None


def _people(diagnosis: Diagnosis) -> Iterable[PersonFacts]:
    stories = [story for story in diagnosis.stories if not story.bot]
    causes = [story for story in stories if story.symptom_of is None] or stories
    by_person: dict[Person, list[Story]] = {}
    for story in causes:
        by_person.setdefault(story.person, []).append(story)
    for person, own in by_person.items():
        gravest = max((story.outcome for story in own), key=lambda outcome: _GRAVITY[outcome])
        yield PersonFacts(digests_of(person), gravest)


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two answers to the same question, an earlier and a later one.

    `recovered`, `failed` (did not recover after all), `again` (failed after a recovery) and `new`
    are people of the later answer.
    """

    before: AnswerFacts
    after: AnswerFacts
    recovered: tuple[PersonFacts, ...] = ()
    failed: tuple[PersonFacts, ...] = ()
    again: tuple[PersonFacts, ...] = ()
    new: tuple[PersonFacts, ...] = ()

    @property
    def errors(self) -> int:
        """The number of additional error events; negative if there are fewer."""
        return self.after.events - self.before.events

    @property
    def is_none(self) -> bool:
        """Whether both answers say the same."""
        people = self.recovered or self.failed or self.again or self.new
        return not people and not self.new_call and _summary(self.before) == _summary(self.after)

    @property
    def tells_nothing(self) -> bool:
        """Whether the earlier answer may stay: both say the same, or less could be read."""
        people = self.recovered or self.failed or self.again or self.new
        return self.is_none or (self.after.unread and self.errors <= 0 and not people)

    @property
    def new_call(self) -> str:
        """The start of a call that began since, in ISO 8601; "" if none is known."""
        before, after = self.before.last_call, self.after.last_call
        return after if before and after > before else ""


def _summary(facts: AnswerFacts) -> tuple[object, ...]:
    return (facts.events, facts.verdict, facts.likely, facts.unread)


def compare(before: AnswerFacts, after: AnswerFacts) -> Difference:
    """Return the difference. People are the same if they have an id in common."""
    known = {mark: person.outcome for person in before.people for mark in person.digests}
    changes: dict[str, list[PersonFacts]] = {"recovered": [], "failed": [], "again": [], "new": []}
    for person in after.people:
        earlier = [_GRAVITY[known[mark]] for mark in person.digests if mark in known]
        change = _change(max(earlier, default=None), _GRAVITY[person.outcome])
        if change:
            changes[change].append(person)
    return Difference(before, after, **{name: tuple(people) for name, people in changes.items()})


def _change(before: int | None, after: int) -> str:
    """Return the name of a person's change; "" if there is none that a line tells."""
    if before is None:
        return "new"
    if after == _RECOVERED:
        return "recovered" * (before != _RECOVERED)
    if before == _RECOVERED:
        return "again"
    return "failed" * (before == _OPEN and after == _FAILED)


def difference_line(difference: Difference, names: Mapping[str, str]) -> str:
    """Return the difference in one line.

    `names` are the names that readers may see, by digest; people without one are counted.
    """
    before, after = difference.before, difference.after
    partial = "Partial answer: " * after.unread
    if before.verdict != after.verdict or bool(before.events) != bool(after.events):
        verdicts = f"{_verdict_noun(before)} → {_verdict_noun(after)}"
        return f"{partial}verdict changed: {verdicts}{_people_by_now(after)}{_guess(after)}"
    if before.unread and not after.unread:
        people = f", {people_words(after.affected)}" * bool(after.affected)
        news = [f"everything could be read now: {_errors(after.events)}{people}"]
    else:
        news = list(_news(difference, names))
    if not news:
        words = _no_errors(difference)
        return f"{partial}{words}; verdict unchanged{_confidence(before, after)}"
    return f"{partial}{', '.join(news)}; verdict unchanged"


def _no_errors(difference: Difference) -> str:
    if not difference.new_call:
        return "no new errors"
    start = datetime.fromisoformat(difference.new_call).astimezone(UTC)
    return f"no new errors in the call that began at {start:%H:%M} UTC"


def _verdict_noun(facts: AnswerFacts) -> str:
    return VERDICT_NOUNS[facts.verdict] if facts.events else "no errors"


def _people_by_now(facts: AnswerFacts) -> str:
    if not facts.affected:
        return ""
    return f" ({'at least ' * facts.unread}{people_words(facts.affected)} by now)"


def _guess(facts: AnswerFacts) -> str:
    return " · likely" * facts.likely


def _confidence(before: AnswerFacts, after: AnswerFacts) -> str:
    if before.likely == after.likely:
        return ""
    return ", now only likely" if after.likely else ", no longer only likely"


def _news(difference: Difference, names: Mapping[str, str]) -> Iterable[str]:
    number = difference.errors
    if number > 0:
        yield f"{'at least ' * difference.after.unread}+{_errors(number)}"
    elif number < 0 and not difference.after.unread:
        yield f"{_errors(-number)} fewer"
    for people, verb in (
        (difference.recovered, "recovered"),
        (difference.failed, "did not recover"),
        (difference.again, "failed again"),
    ):
        if people:
            yield f"{_who(people, names)} {verb}"
    if difference.new:
        be = "is" if len(difference.new) == 1 else "are"
        yield f"{_who(difference.new, names)} {be} new"


def _errors(number: int) -> str:
    return "1 error" if number == 1 else f"{number:,} errors"


def _who(people: Sequence[PersonFacts], names: Mapping[str, str]) -> str:
    """Return up to three people by name, where each has a different one; else their number."""
    shown = [next((names[m] for m in person.digests if names.get(m)), "") for person in people]
    if len(shown) <= MOST_NAMES and all(shown) and len(set(shown)) == len(shown):
        return join_words(shown)
    return people_words(len(people))
