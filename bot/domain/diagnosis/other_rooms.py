"""R20: the other rooms of the workspace in the same minutes, and their effect on a verdict.

Server errors in several rooms at once point to 100ms. Healthy rooms elsewhere limit the failure to
this room; they do not clear 100ms, because one failing server of 100ms hits one room.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis.input import DiagnosisInput
from bot.domain.diagnosis.intervals import shift
from bot.domain.diagnosis.model import Diagnosis, Story, Verdict, VerdictClass
from bot.domain.diagnosis.next_steps import causes_of_verdict, steps_of
from bot.domain.diagnosis.pipeline import diagnose
from bot.domain.diagnosis.sdk.text import SIGNAL_LOST
from bot.domain.diagnosis.thresholds import (
    AROUND,
    BURST,
    ELSEWHERE_LEAST,
    ELSEWHERE_SHARE,
    OTHER_ROOMS_LEAST,
    SHARED_LEAST,
)

WEIGHED: frozenset[VerdictClass] = frozenset({"service", "shared_network"})
"""Verdicts for which other rooms are read without a request."""

HERE_ONLY_DOUBT = "One failing 100ms server hits one room, so this does not clear 100ms."
_CONFIRMED, _HERE_ONLY = 0.8, 0.6

Reach = Literal["few", "here", "unclear", "elsewhere"]


@dataclass(frozen=True, slots=True)
class OtherRooms:
    """A sample of other rooms that had calls with people in the minutes of a failure.

    `hit` rooms had a failure that a service verdict rests on, `clear` rooms had none. `unread`
    rooms could not be read whole and count for nothing.
    """

    hit: int = 0
    clear: int = 0
    unread: int = 0

    @property
    def counted(self) -> int:
        """The number of rooms that count."""
        return self.hit + self.clear

    @property
    def reach(self) -> Reach:
        """The reach of the failure, as far as the sample shows it."""
        if self.counted < OTHER_ROOMS_LEAST:
            return "few"
        if not self.hit:
            return "here"
        widespread = self.hit >= ELSEWHERE_LEAST and self.hit >= self.counted * ELSEWHERE_SHARE
        return "elsewhere" if widespread else "unclear"

    @property
    def sentence(self) -> str:
        """The sample in one sentence."""
        rooms = f"other room{'s' * (self.counted != 1)}"
        errors = f"In the same minutes {self.hit} of {self.counted} {rooms} had server errors"
        healthy = f"{self.counted} {rooms} had calls and no such error"
        if self.reach != "few":
            return f"{errors}, too." if self.hit else f"{healthy}."
        if self.counted:
            return f"{errors if self.hit else healthy}: too few to tell."
        had = "could be read whole" if self.unread else "had calls"
        return f"In the same minutes no other room {had}: too few to tell."


@dataclass(frozen=True, slots=True)
class FailureTime:
    """The time of the failures behind a verdict: `first` to `last`, most of them at `densest`."""

    first: datetime
    last: datetime
    densest: datetime

    @property
    def since(self) -> datetime:
        """The start of the minutes in which other rooms are compared."""
        return shift(self.densest, -AROUND)

    @property
    def until(self) -> datetime:
        """The end of these minutes."""
        return shift(self.densest, BURST + AROUND)


def time_of_failure(diagnosis: Diagnosis) -> FailureTime | None:
    """Return the time of the failures that the answer begins with; None if none has a time.

    The densest minute is the one in which most people began to fail, the earliest of equals.
    """
    focus = diagnosis.focus
    causes = causes_of_verdict(focus.verdict.cls, focus.stories, focus.classes)
    starts = sorted((story.first_at, story.person.key) for story in causes if story.timed)
    if not starts:
        return None
    times = [at for at, _ in starts]

    def people_from(index: int) -> int:
        beyond = bisect_right(times, shift(times[index], BURST))
        return len({key for _, key in starts[index:beyond]})

    densest = max(range(len(times)), key=lambda index: (people_from(index), -index))
    last = max(story.last_at for story in causes if story.timed)
    return FailureTime(times[0], last, times[densest])


def has_server_failure(case: DiagnosisInput, catalogue: Catalogue) -> bool:
    """Return whether another room had a failure that a service verdict rests on.

    That is a 5xx or 429, a failure of most people of the call within a minute (R14), or a lost
    signal (1003) of at least three people within a minute who do not share one public address.
    Further events of the room can only add such a failure.
    """
    diagnosis = diagnose(case, catalogue)
    classed = [story for story in diagnosis.stories if story.id in diagnosis.classes]
    if any(diagnosis.classes[story.id] == "service" for story in classed):
        return True
    lost = [story for story in classed if story.code == SIGNAL_LOST and story.timed]
    return any(_is_of_several(lost[index:]) for index in range(len(lost)))


def _is_of_several(lost: Sequence[Story]) -> bool:
    """Return whether several people lost the signal within a minute after the first of these."""
    until = shift(lost[0].first_at, BURST)
    group = [story for story in lost if lost[0].first_at <= story.first_at <= until]
    addresses: dict[str, set[str]] = {}
    for story in group:
        known = {row.public_address for row in story.rows if row.public_address}
        addresses.setdefault(story.person.key, set()).update(known)
    return len(addresses) >= SHARED_LEAST and not set[str].intersection(*addresses.values())


def weigh_other_rooms(diagnosis: Diagnosis, sample: OtherRooms) -> Diagnosis:
    """Return the diagnosis with the verdict that the other rooms support (R20).

    Only `service` and `shared_network` change: a device, a token or one person's own network stays
    what it is, whatever other rooms had.
    """
    if diagnosis.latest is not None:
        return replace(diagnosis, latest=_weigh(diagnosis.latest, sample))
    return _weigh(diagnosis, sample)


def _weigh(diagnosis: Diagnosis, sample: OtherRooms) -> Diagnosis:
    verdict, reach = diagnosis.verdict, sample.reach
    if verdict.cls == "service" and reach == "elsewhere":
        return replace(diagnosis, verdict=_confirm(verdict))
    if verdict.cls == "service" and reach == "here":
        return replace(diagnosis, verdict=_here_only(verdict))
    if verdict.cls == "shared_network" and reach == "elsewhere":
        return _as_service(diagnosis)
    return diagnosis


def _confirm(verdict: Verdict) -> Verdict:
    """Return the service verdict with the confidence that other rooms give it.

    What could not be read of this room limits the confidence as before.
    """
    confidence = verdict.confidence if verdict.unread else max(verdict.confidence, _CONFIRMED)
    return replace(verdict, confidence=confidence, doubt="")


def _here_only(verdict: Verdict) -> Verdict:
    confidence = min(verdict.confidence, _HERE_ONLY)
    doubt = verdict.doubt or HERE_ONLY_DOUBT
    return replace(verdict, confidence=confidence, doubt=doubt, here_only=True)


def _as_service(diagnosis: Diagnosis) -> Diagnosis:
    """Return the diagnosis of a shared network as one of the service."""
    classes: dict[str, VerdictClass] = {
        story_id: "service" if cls == "shared_network" else cls
        for story_id, cls in diagnosis.classes.items()
    }
    verdict = diagnosis.verdict
    causes = causes_of_verdict("service", diagnosis.stories, classes)
    confidence = min(verdict.confidence, _HERE_ONLY) if verdict.unread else _CONFIRMED
    steps = verdict.next_steps if verdict.unread else _service_steps(causes, classes)
    changed = replace(
        verdict, cls="service", confidence=confidence, next_steps=steps, why=(), doubt=""
    )
    return replace(diagnosis, classes=classes, verdict=changed)


def _service_steps(causes: Iterable[Story], classes: dict[str, VerdictClass]) -> tuple[str, ...]:
    return steps_of("service", list(causes), classes, repeats=False)
