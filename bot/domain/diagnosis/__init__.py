"""From error events to people, failure stories, outcomes with proof, and a verdict.

Pure, rule-based and reproducible: the same facts in any order, doubled or split, give the same
diagnosis. Thresholds and their reasons are in `thresholds`.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis.classify import classify_stories
from bot.domain.diagnosis.impact import measure_impact
from bot.domain.diagnosis.input import (
    DiagnosisInput,
    events_of_room,
    sessions_of_room,
    tracks_of_room,
)
from bot.domain.diagnosis.model import (
    Diagnosis,
    NoErrorsFound,
    Outcome,
    Impact,
    Person,
    GroupCount,
    Story,
    Verdict,
    VerdictClass,
)
from bot.domain.diagnosis.network import AttendanceIndex, refine_network_classes
from bot.domain.diagnosis.next_steps import behind, in_phone_words, in_side_words, update_of
from bot.domain.diagnosis.no_errors import explain_no_errors
from bot.domain.diagnosis.outcomes import assign_outcomes
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.recovery import ActivityIndex
from bot.domain.diagnosis.sdk.ice_path import with_paths
from bot.domain.diagnosis.stories import build_stories, link_symptoms
from bot.domain.diagnosis.tally import tally
from bot.domain.diagnosis.verdict import build_verdict, verdict_without_errors
from bot.domain.events import ErrorEvent

__all__ = [
    "DiagnosisInput",
    "Diagnosis",
    "NoErrorsFound",
    "Outcome",
    "Impact",
    "Person",
    "GroupCount",
    "Story",
    "Verdict",
    "VerdictClass",
    "diagnose",
]


def diagnose(case: DiagnosisInput, catalogue: Catalogue) -> Diagnosis:
    """The diagnosis of one look-up. Never raises, whatever the events hold."""
    mine = events_of_room(case, case.events)
    around = _events_around(mine, events_of_room(case, case.around))
    everything = events_of_room(case, (*mine, *around)) if around else mine
    crowd = PersonIndex(sessions_of_room(case), everything, tracks_of_room(case))
    signs = ActivityIndex(case, crowd, everything)
    stories = _build_stories(mine, crowd, catalogue, signs)
    others = _build_stories(around, crowd, catalogue, signs)
    people = measure_impact(case, crowd, mine, stories, others)
    if not stories:
        nothing = explain_no_errors(case, crowd)
        verdict = verdict_without_errors(case, nothing, people)
        return Diagnosis(crowd.persons, (), verdict, people, nothing)
    calls = AttendanceIndex(case, crowd, everything)
    disabled = case.room is not None and case.room.enabled is False
    by_code = classify_stories((*stories, *others), signs, room_disabled=disabled)
    found = refine_network_classes((*stories, *others), by_code, calls)
    classes = {one.id: found[one.id] for one in stories if one.id in found}
    by_numbers = {key for key, cls in classes.items() if cls == "service" != by_code[key]}
    tallied = tally(stories, classes, by_numbers)
    verdict = build_verdict(case, stories, tallied, classes, people, calls.marks)
    causes = behind(verdict.cls, stories, classes)
    verdict = in_phone_words(in_side_words(verdict, causes), causes)
    verdict = replace(verdict, update=update_of(causes, catalogue.fixes, case.now))
    return Diagnosis(crowd.persons, stories, verdict, people, None, classes)


def _events_around(
    mine: tuple[ErrorEvent, ...], around: tuple[ErrorEvent, ...]
) -> tuple[ErrorEvent, ...]:
    known = {event.id for event in mine} if around else frozenset[str]()
    return tuple(event for event in around if event.id not in known)


def _build_stories(
    events: Iterable[ErrorEvent], crowd: PersonIndex, catalogue: Catalogue, signs: ActivityIndex
) -> tuple[Story, ...]:
    stories, heirs = link_symptoms(build_stories(events, crowd, catalogue))
    return with_paths(assign_outcomes(stories, heirs, signs), signs, catalogue)
