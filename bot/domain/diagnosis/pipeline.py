"""The order in which the rules of the diagnosis are applied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis.calls import (
    covers_calls,
    group_by_call,
    history_of,
    latest_failed_call,
    narrow_to_call,
)
from bot.domain.diagnosis.classify import classify_stories, tally_people
from bot.domain.diagnosis.impact import measure_impact
from bot.domain.diagnosis.input import (
    DiagnosisInput,
    events_of_room,
)
from bot.domain.diagnosis.model import (
    Diagnosis,
    Story,
    Verdict,
    VerdictClass,
)
from bot.domain.diagnosis.network import AttendanceIndex, refine_network_classes
from bot.domain.diagnosis.next_steps import (
    MOST_STEPS,
    causes_of_verdict,
    outdated_sdk,
    steps_of_side_features,
)
from bot.domain.diagnosis.no_errors import explain_no_errors, verdict_without_errors
from bot.domain.diagnosis.outcomes import assign_outcomes
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.recovery import ActivityIndex
from bot.domain.diagnosis.sdk.ice_path import drop_meaningless_paths
from bot.domain.diagnosis.stories import build_stories, link_symptoms
from bot.domain.diagnosis.verdict import build_verdict
from bot.domain.diagnosis.webhook_facts import removal_sentences, webhook_events
from bot.domain.events import ErrorEvent


def diagnose(case: DiagnosisInput, catalogue: Catalogue) -> Diagnosis:
    """Return the diagnosis of a look-up. Never raises, whatever the events contain.

    If the look-up covers several calls, the latest one with failures is judged alone as well.
    """
    unreported = webhook_events(case, (*case.events, *case.around))
    events = events_of_room(case, (*case.events, *unreported))
    around = _events_around(events, events_of_room(case, case.around))
    room_events = events_of_room(case, (*events, *around)) if around else events
    person_index = PersonIndex(case.room_sessions, room_events, case.room_tracks)
    activity = ActivityIndex(case, person_index, room_events)
    stories = _build_stories(events, person_index, catalogue, activity)
    other_stories = _build_stories(around, person_index, catalogue, activity)
    if not stories:
        impact = measure_impact(case, person_index, events, (), other_stories)
        no_errors = replace(explain_no_errors(case, person_index), facts=removal_sentences(case))
        verdict = verdict_without_errors(case, no_errors, impact)
        return Diagnosis(person_index.persons, (), verdict, impact, no_errors)
    attendance = AttendanceIndex(case, person_index, room_events)
    disabled = case.room is not None and case.room.enabled is False
    by_code = classify_stories((*stories, *other_stories), activity, room_disabled=disabled)
    refined = refine_network_classes((*stories, *other_stories), by_code, attendance)
    judge = _Judge(person_index, other_stories, by_code, refined, attendance.networks, catalogue)
    told = {story.person.key for story in stories if activity.removals.words_after(story)}
    facts = () if told else removal_sentences(case)
    return replace(_judge_calls(case, judge, events, stories), facts=facts)


@dataclass(frozen=True, slots=True)
class _Judge:
    """The facts of a room's failures, to judge all of them or those of one call."""

    person_index: PersonIndex
    around: tuple[Story, ...]
    by_code: Mapping[str, VerdictClass]
    classes: Mapping[str, VerdictClass]
    networks: dict[str, set[str]]
    catalogue: Catalogue

    def diagnosis(
        self,
        case: DiagnosisInput,
        events: tuple[ErrorEvent, ...],
        stories: tuple[Story, ...],
        *,
        repeats: bool,
    ) -> Diagnosis:
        """Return the diagnosis of these stories."""
        impact = measure_impact(case, self.person_index, events, stories, self.around)
        classes = {
            story.id: self.classes[story.id] for story in stories if story.id in self.classes
        }
        by_numbers = {key for key, cls in classes.items() if cls == "service" != self.by_code[key]}
        tally = tally_people(stories, classes, by_numbers)
        verdict = build_verdict(
            case, stories, tally, classes, impact, self.networks, repeats=repeats
        )
        causes = causes_of_verdict(verdict.cls, stories, classes)
        verdict = self._with_own_steps(verdict, causes, case)
        return Diagnosis(self.person_index.persons, stories, verdict, impact, None, classes)

    def _with_own_steps(
        self, verdict: Verdict, causes: list[Story], case: DiagnosisInput
    ) -> Verdict:
        """Return the verdict with the steps of side features and of an outdated SDK."""
        steps = steps_of_side_features(causes) or verdict.next_steps
        fixes = self.catalogue.fixes
        outdated = outdated_sdk(causes, fixes, case.now)
        if outdated is None:
            return replace(verdict, next_steps=steps)
        update = (fixes.step(outdated),) if steps else ()
        return replace(
            verdict,
            update=fixes.line(outdated, case.now.date()),
            next_steps=(*steps, *update)[:MOST_STEPS],
        )


def _judge_calls(
    case: DiagnosisInput, judge: _Judge, events: tuple[ErrorEvent, ...], stories: tuple[Story, ...]
) -> Diagnosis:
    calls = group_by_call(case, stories)
    latest = latest_failed_call(calls, judge.classes) if covers_calls(case, calls) else None
    if latest is None:
        return judge.diagnosis(case, events, stories, repeats=False)
    history = history_of(case, judge.person_index, calls, latest, judge.classes)
    repeats = history is not None and history.failed > 1
    whole = judge.diagnosis(case, events, stories, repeats=repeats)
    narrow = narrow_to_call(case, latest)
    alone = judge.diagnosis(narrow, narrow.events, latest.stories, repeats=repeats)
    return replace(whole, latest=alone, history=history)


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
