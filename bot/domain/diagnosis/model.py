"""The values of a diagnosis: persons, stories, verdict, impact, and answers without errors."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.domain.catalogue import Explanation
from bot.domain.events import Agent, ErrorEvent, ErrorFacts

Outcome = Literal["recovered", "gave_up", "blocked", "left", "unknown"]

FAILED_FOR_GOOD: frozenset[Outcome] = frozenset({"gave_up", "blocked"})

STATS_FAILED = 4007
"""Code of failed measurements of the call; sound and picture continue."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person, with all their peer ids.

    `confidence` is 1.0 if ids alone identify the person, 0.5 if peers were joined by name and
    device.
    """

    key: str
    user_id: str | None = None
    names: tuple[str, ...] = ()
    peer_ids: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    confidence: float = 1.0
    bot: bool = False


@dataclass(frozen=True)
class Story:
    """One failure of one person: everything that was reported of it, and its outcome.

    `rows` are its events, oldest first. `retry_ms` is the time that the SDK reports to have
    retried, and `retry_count` the number of tries, if it counts them. `feature` names the side
    feature that failed. `evidence` gives the reason for the outcome in words. `path` is the ICE
    text in words, without addresses. `doubt` names sources that could not be read and might show
    another outcome. `recovered_at` is the time of the first sign of recovery, None if there is no
    exact one.
    """

    id: str
    person: Person
    rows: tuple[ErrorEvent, ...]
    platform: str
    explanation: Explanation
    retry_ms: int | None = None
    path: str | None = None
    outcome: Outcome = "unknown"
    evidence: str = ""
    symptom_of: str | None = None
    retry_count: int | None = None
    feature: str | None = None
    doubt: frozenset[str] = frozenset()
    recovered_at: datetime | None = None
    failures: tuple[ErrorFacts, ...] = field(init=False, repr=False, compare=False)
    """The distinct failures of its events, in order of appearance: few even in a flood."""
    agents: frozenset[Agent] = field(init=False, repr=False, compare=False)
    """The apps and devices that its events came from."""
    type: str = field(init=False, repr=False, compare=False)
    """The event type, with `client.` in front."""
    code: int = field(init=False, repr=False, compare=False)
    """The code as a number, 0 if none was reported."""
    terminal: bool = field(init=False, repr=False, compare=False)
    """Whether any event was marked terminal."""
    alike: str = field(init=False, repr=False, compare=False)
    """The id of a story whose events say the same, or its own."""

    def __post_init__(self) -> None:
        """Set what the rules ask of the rows again and again."""
        failures = tuple(dict.fromkeys([row.failure for row in self.rows]))
        vars(self).update(
            alike=self.id,
            failures=failures,
            agents=frozenset([row.sender.agent for row in self.rows]),
            type=failures[0].type,
            code=failures[0].error_code or 0,
            terminal=any(facts.is_terminal for facts in failures),
        )

    def replace(self, **values: Any) -> "Story":  # noqa: ANN401  values of its fields
        """Return the story with other values; what its events say must stay the same.

        That is not computed again, which saves 20 % of the diagnosis of a large room.
        """
        story = object.__new__(Story)
        vars(story).update(vars(self), **values)
        return story

    @property
    def failed_for_good(self) -> bool:
        """Whether the failure kept the person from the call, or from being seen or heard in it."""
        return self.outcome in FAILED_FOR_GOOD and self.feature is None and not self.harmless

    @property
    def harmless(self) -> bool:
        """Whether no person is affected by it, according to the catalogue."""
        entry = self.explanation.entry
        return (entry.owner == "nobody" and not entry.rule) or self.code == STATS_FAILED

    @property
    def by_webhook(self) -> bool:
        """Whether only webhooks told of it (R21, R22, R24)."""
        return all(facts.by_webhook for facts in self.failures)

    @property
    def action(self) -> str | None:
        """The first reported action."""
        return next((row.action for row in self.rows if row.action), None)

    @property
    def error_code(self) -> int | None:
        """The code, None if none was reported."""
        return self.code or None

    @property
    def error_name(self) -> str | None:
        """The first reported name."""
        return next((row.error_name for row in self.rows if row.error_name), None)

    @property
    def user_id(self) -> str | None:
        """The person's user id."""
        return self.person.user_id

    @property
    def bot(self) -> bool:
        """Whether the story is a recorder's."""
        return self.person.bot

    @property
    def peer_ids(self) -> tuple[str, ...]:
        """Distinct peer ids, as first spelled, in order of appearance."""
        spellings: dict[str, str] = {}
        for row in self.rows:
            if row.peer_id:
                spellings.setdefault(row.peer_id.lower(), row.peer_id)
        return tuple(spellings.values())

    @property
    def event_ids(self) -> tuple[str, ...]:
        """The ids of its events, oldest first."""
        return tuple(row.id for row in self.rows)

    @property
    def events(self) -> int:
        """Number of its events."""
        return len(self.rows)

    @property
    def ends_terminal(self) -> bool:
        """Whether the last event was marked terminal."""
        return self.rows[-1].failure.is_terminal

    @property
    def first_at(self) -> datetime:
        """Time of its first event."""
        return self.rows[0].at

    @property
    def last_at(self) -> datetime:
        """Time of its last event."""
        return self.rows[-1].at

    @property
    def timed(self) -> bool:
        """Whether the times of its events could be read."""
        return self.rows[0].timed

    @property
    def first_stamp(self) -> str:
        """The first event's time as 100ms sent it."""
        return self.rows[0].stamp

    @property
    def last_stamp(self) -> str:
        """The last event's time as 100ms sent it."""
        return self.rows[-1].stamp


VerdictClass = Literal[
    "user_network",
    "shared_network",
    "device",
    "environment",
    "app",
    "account",
    "service",
    "mixed",
    "none",
    "unknown",
]

GRAVITY: dict[VerdictClass, int] = {
    "none": 0,
    "unknown": 1,
    "user_network": 2,
    "device": 2,
    "environment": 2,
    "app": 2,
    "account": 2,
    "mixed": 2,
    "shared_network": 3,
    "service": 4,
}
"""The gravity of each verdict; equal numbers are equally grave."""


BY_NUMBERS: frozenset[VerdictClass] = frozenset({"user_network", "shared_network", "service"})
"""Classes that depend on the number of people affected (R14, R18)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict. `evidence` are at least two lines with figures.

    `why` are sentences that support the class beyond what the first sentence of an answer says;
    `doubt` is a sentence on what speaks against it, "" if nothing does. `next_steps` are at most
    two, and each begins with the person who acts and a colon.
    """

    cls: VerdictClass
    confidence: float
    evidence: tuple[str, ...]
    next_steps: tuple[str, ...]
    why: tuple[str, ...] = ()
    doubt: str = ""
    unread: tuple[str, ...] = ()
    """Nouns for data that could not be read and might change the verdict."""
    update: str = ""
    """A line on a newer SDK that may help; "" if none is known."""
    here_only: bool = False
    """Whether other rooms were healthy in the same minutes, so that a service failure is limited to
    this room."""

    @property
    def by_numbers(self) -> bool:
        """Whether the class depends on the other people in the room, not on a code alone."""
        return self.cls in BY_NUMBERS

    @property
    def sureness(self) -> str:
        """The confidence in words."""
        if self.confidence >= 0.85:  # noqa: PLR2004  a grade for the reader, nothing hangs on it
            return "high"
        return "fairly high" if self.confidence >= 0.7 else "low"  # noqa: PLR2004  as above


@dataclass(frozen=True, slots=True)
class GroupCount:
    """`affected` of `total` people share `label`; `total` is None if only failures are known."""

    label: str
    affected: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Impact:
    """The number of people affected, in all and by group.

    Platforms, versions and paths only cover people with events. `in_room` is None if not everybody
    in the room is known; `seen` is the number of those who are. `least` says that events are
    missing, so that more people may be affected.
    """

    affected: int
    in_room: int | None
    seen: int = 0
    least: bool = False
    failed_for_good: int = 0
    recovered: int = 0
    unclear: int = 0
    by_role: tuple[GroupCount, ...] = ()
    by_platform: tuple[GroupCount, ...] = ()
    by_os: tuple[GroupCount, ...] = ()
    by_sdk_version: tuple[GroupCount, ...] = ()
    by_path: tuple[GroupCount, ...] = ()
    failed_calls: tuple[tuple[str, int], ...] = ()
    """(person key, number of this room's calls with a failure of that person, including this one).

    Empty if not all of their calls could be read.
    """


NoErrorsReason = Literal[
    "healthy", "unknown_id", "too_old", "no_session", "room_disabled", "not_seen", "unread"
]


@dataclass(frozen=True, slots=True)
class NoErrorsFound:
    """The reason why no error was found.

    `sessions` and `people` were in the time asked for, and `least` says that there may be more.
    """

    reason: NoErrorsReason
    sessions: int = 0
    people: int = 0
    least: bool = False
    facts: tuple[str, ...] = ()
    """Sentences on people who were removed and on the room's end (R23)."""


@dataclass(frozen=True, slots=True)
class CallHistory:
    """The calls with failures among all calls of a look-up, over `days` days.

    If one person alone failed, again and again, both numbers are of that person's calls.
    """

    failed: int
    calls: int
    days: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of a diagnosis. `stories` are in order of their first event."""

    persons: tuple[Person, ...]
    stories: tuple[Story, ...]
    verdict: Verdict
    people: Impact
    nothing: NoErrorsFound | None = None
    classes: dict[str, VerdictClass] = field(default_factory=dict)
    """Story id → class of the story; symptoms and stories that are nobody's fault are left out."""
    latest: "Diagnosis | None" = field(default=None, repr=False)
    """The latest call with failures, judged alone, if the look-up covers several calls."""
    history: CallHistory | None = None
    facts: tuple[str, ...] = ()
    """Sentences on removals and the room's end that no failure's evidence tells (R23)."""

    @property
    def focus(self) -> "Diagnosis":
        """The diagnosis that an answer begins with: that of the latest call with failures."""
        return self.latest or self

    def symptoms_of(self, story_id: str) -> tuple[Story, ...]:
        """Return the stories that this story caused."""
        return tuple(story for story in self.stories if story.symptom_of == story_id)
