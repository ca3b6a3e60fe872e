"""The words of a diagnosis: verdict, numbers of people, meaning of nothing. Values only."""

from dataclasses import dataclass, field
from typing import Literal

from bot.domain.diagnosis.story import Person, Story

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
"""How grave a verdict is; equal numbers are equally grave."""


BY_NUMBERS: frozenset[VerdictClass] = frozenset({"user_network", "shared_network", "service"})
"""Classes that are told apart by how many people had it (R14, R18)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose fault it is. `words` is one sentence, `evidence` at least two lines with figures."""

    cls: VerdictClass
    confidence: float
    words: str
    evidence: tuple[str, ...]
    changes_if: str
    next_steps: tuple[str, ...]
    unread: tuple[str, ...] = ()
    """Nouns for what could not be read and might change what is said."""
    update: str = ""
    """A line on a newer SDK that may help; "" if none is known to."""

    @property
    def by_numbers(self) -> bool:
        """True if the class hangs on who else was there, and not on a code alone."""
        return self.cls in BY_NUMBERS

    @property
    def sureness(self) -> str:
        """The confidence in words."""
        if self.confidence >= 0.85:  # noqa: PLR2004  a grade for the reader, nothing hangs on it
            return "high"
        return "fairly high" if self.confidence >= 0.7 else "low"  # noqa: PLR2004  as above


@dataclass(frozen=True, slots=True)
class Share:
    """`affected` of `total` people share `label`; `total` None where only failures tell."""

    label: str
    affected: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class People:
    """How far it reaches. Platforms, versions and paths are of people with events only.

    `in_room` is None if who was there could not all be read; `seen` of them are known anyway.
    `least` says that events are missing, so that more people may be affected.
    """

    affected: int
    in_room: int | None
    seen: int = 0
    least: bool = False
    failed_for_good: int = 0
    recovered: int = 0
    unclear: int = 0
    by_role: tuple[Share, ...] = ()
    by_platform: tuple[Share, ...] = ()
    by_os: tuple[Share, ...] = ()
    by_sdk_version: tuple[Share, ...] = ()
    by_path: tuple[Share, ...] = ()
    failed_calls: tuple[tuple[str, int], ...] = ()
    """(person key, number of this room's calls with a failure of theirs, this one included).

    Empty if not all of their calls could be read.
    """


NothingReason = Literal[
    "healthy", "unknown_id", "too_old", "no_session", "room_disabled", "not_seen", "unread"
]


@dataclass(frozen=True, slots=True)
class Nothing:
    """What it means that no error was found. `cannot_prove` says what leaves no trace."""

    reason: NothingReason
    words: str
    cannot_prove: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything a look-up's events tell. `stories` are in order of their first event."""

    persons: tuple[Person, ...]
    stories: tuple[Story, ...]
    verdict: Verdict
    people: People
    nothing: Nothing | None = None
    classes: dict[str, VerdictClass] = field(default_factory=dict)
    """Story id → the class it weighs for; symptoms and no-faults are not in it."""

    def symptoms_of(self, story_id: str) -> tuple[Story, ...]:
        """The stories that happened because of this one."""
        return tuple(one for one in self.stories if one.symptom_of == story_id)
