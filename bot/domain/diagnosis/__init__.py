"""The diagnosis: people, failure stories, outcomes with proof, and a verdict from error events.

It is pure, rule-based and reproducible: the same facts in any order, repeated or split, give the
same diagnosis. Thresholds and their reasons are in `thresholds`.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis.classify import classify_stories, tally_people
from bot.domain.diagnosis.impact import measure_impact
from bot.domain.diagnosis.input import (
    DiagnosisInput,
    events_of_room,
)
from bot.domain.diagnosis.model import (
    Diagnosis,
    GroupCount,
    Impact,
    NoErrorsFound,
    Outcome,
    Person,
    Story,
    Verdict,
    VerdictClass,
)
from bot.domain.diagnosis.network import AttendanceIndex, refine_network_classes
from bot.domain.diagnosis.next_steps import (
    adapt_to_phones,
    adapt_to_side_features,
    causes_of_verdict,
    update_advice,
)
from bot.domain.diagnosis.no_errors import explain_no_errors
from bot.domain.diagnosis.outcomes import assign_outcomes
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.recovery import ActivityIndex
from bot.domain.diagnosis.sdk.ice_path import drop_meaningless_paths
from bot.domain.diagnosis.stories import build_stories, link_symptoms
from bot.domain.diagnosis.verdict import build_verdict, verdict_without_errors
from bot.domain.events import ErrorEvent

__all__ = [
    "Diagnosis",
    "DiagnosisInput",
    "GroupCount",
    "Impact",
    "NoErrorsFound",
    "Outcome",
    "Person",
    "Story",
    "Verdict",
    "VerdictClass",
    "diagnose",
]


def diagnose(case: DiagnosisInput, catalogue: Catalogue) -> Diagnosis:
    """Return the diagnosis of a look-up. Never raises, whatever the events contain."""
    events = events_of_room(case, case.events)
    around = _events_around(events, events_of_room(case, case.around))
    room_events = events_of_room(case, (*events, *around)) if around else events
    person_index = PersonIndex(case.room_sessions, room_events, case.room_tracks)
    activity = ActivityIndex(case, person_index, room_events)
    stories = _build_stories(events, person_index, catalogue, activity)
    other_stories = _build_stories(around, person_index, catalogue, activity)
    impact = measure_impact(case, person_index, events, stories, other_stories)
    if not stories:
        no_errors = explain_no_errors(case, person_index)
        verdict = verdict_without_errors(case, no_errors, impact)
        return Diagnosis(person_index.persons, (), verdict, impact, no_errors)
    attendance = AttendanceIndex(case, person_index, room_events)
    disabled = case.room is not None and case.room.enabled is False
    by_code = classify_stories((*stories, *other_stories), activity, room_disabled=disabled)
    refined = refine_network_classes((*stories, *other_stories), by_code, attendance)
    classes = {story.id: refined[story.id] for story in stories if story.id in refined}
    by_numbers = {key for key, cls in classes.items() if cls == "service" != by_code[key]}
    tally = tally_people(stories, classes, by_numbers)
    verdict = build_verdict(case, stories, tally, classes, impact, attendance.networks)
    causes = causes_of_verdict(verdict.cls, stories, classes)
    verdict = adapt_to_phones(adapt_to_side_features(verdict, causes), causes)
    verdict = replace(verdict, update=update_advice(causes, catalogue.fixes, case.now))
    return Diagnosis(person_index.persons, stories, verdict, impact, None, classes)


def _events_around(
    events: tuple[ErrorEvent, ...], around: tuple[ErrorEvent, ...]
) -> tuple[ErrorEvent, ...]:
    known_ids = {event.id for event in events} if around else frozenset[str]()
    return tuple(event for event in around if event.id not in known_ids)


def _build_stories(
    events: Iterable[ErrorEvent],
    person_index: PersonIndex,
    catalogue: Catalogue,
    activity: ActivityIndex,
) -> tuple[Story, ...]:
    stories, successors = link_symptoms(build_stories(events, person_index, catalogue))
    return drop_meaningless_paths(
        assign_outcomes(stories, successors, activity), activity, catalogue
    )
