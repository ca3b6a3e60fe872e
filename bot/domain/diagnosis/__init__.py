"""From error events to people, failure stories, outcomes with proof, and a verdict.

Pure, rule-based and reproducible: the same facts in any order, doubled or split, give the same
diagnosis. Thresholds and their reasons are in `thresholds`.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis.classify import classes_of
from bot.domain.diagnosis.impact import reach
from bot.domain.diagnosis.input import Case, own, own_sessions, own_tracks
from bot.domain.diagnosis.model import (
    Diagnosis,
    Nothing,
    Outcome,
    People,
    Person,
    Share,
    Story,
    Verdict,
    VerdictClass,
)
from bot.domain.diagnosis.network import Calls, judged
from bot.domain.diagnosis.next_steps import behind, in_phone_words, in_side_words, update_of
from bot.domain.diagnosis.no_errors import nothing_of
from bot.domain.diagnosis.outcomes import with_outcomes
from bot.domain.diagnosis.people import Crowd
from bot.domain.diagnosis.recovery import Signs
from bot.domain.diagnosis.sdk.ice_path import with_paths
from bot.domain.diagnosis.stories import stories_of, with_causes
from bot.domain.diagnosis.tally import tally
from bot.domain.diagnosis.verdict import verdict_of, verdict_of_nothing
from bot.domain.events import ErrorEvent

__all__ = [
    "Case",
    "Diagnosis",
    "Nothing",
    "Outcome",
    "People",
    "Person",
    "Share",
    "Story",
    "Verdict",
    "VerdictClass",
    "diagnose",
]


def diagnose(case: Case, catalogue: Catalogue) -> Diagnosis:
    """The diagnosis of one look-up. Never raises, whatever the events hold."""
    mine = own(case, case.events)
    around = _others(mine, own(case, case.around))
    everything = own(case, (*mine, *around)) if around else mine
    crowd = Crowd(own_sessions(case), everything, own_tracks(case))
    signs = Signs(case, crowd, everything)
    stories = _told(mine, crowd, catalogue, signs)
    others = _told(around, crowd, catalogue, signs)
    people = reach(case, crowd, mine, stories, others)
    if not stories:
        nothing = nothing_of(case, crowd)
        verdict = verdict_of_nothing(case, nothing, people)
        return Diagnosis(crowd.persons, (), verdict, people, nothing)
    calls = Calls(case, crowd, everything)
    disabled = case.room is not None and case.room.enabled is False
    by_code = classes_of((*stories, *others), signs, room_disabled=disabled)
    found = judged((*stories, *others), by_code, calls)
    classes = {one.id: found[one.id] for one in stories if one.id in found}
    by_numbers = {key for key, cls in classes.items() if cls == "service" != by_code[key]}
    tallied = tally(stories, classes, by_numbers)
    verdict = verdict_of(case, stories, tallied, classes, people, calls.marks)
    causes = behind(verdict.cls, stories, classes)
    verdict = in_phone_words(in_side_words(verdict, causes), causes)
    verdict = replace(verdict, update=update_of(causes, catalogue.fixes, case.now))
    return Diagnosis(crowd.persons, stories, verdict, people, None, classes)


def _others(mine: tuple[ErrorEvent, ...], around: tuple[ErrorEvent, ...]) -> tuple[ErrorEvent, ...]:
    known = {event.id for event in mine} if around else frozenset[str]()
    return tuple(event for event in around if event.id not in known)


def _told(
    events: Iterable[ErrorEvent], crowd: Crowd, catalogue: Catalogue, signs: Signs
) -> tuple[Story, ...]:
    stories, heirs = with_causes(stories_of(events, crowd, catalogue))
    return with_paths(with_outcomes(stories, heirs, signs), signs, catalogue)
