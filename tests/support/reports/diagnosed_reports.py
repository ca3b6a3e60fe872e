"""Reports with a diagnosis, from scenarios or from events."""

from dataclasses import replace
from typing import Any

from bot.catalogue import load_catalogue
from bot.domain.diagnosis import DiagnosisInput, diagnose
from bot.domain.events import ErrorEvent
from bot.domain.report import Completeness, Report, Window, count_by_type, distinct_events
from bot.domain.rooms import Room
from bot.domain.target import Target
from bot.render.renderer import Renderer
from tests.support.scenarios.case import FOLDER, load

CATALOGUE = load_catalogue()
RENDERER = Renderer(CATALOGUE)
NOWHERE = Room("65af97002889d74ef8d1e18f", "main")


def of_case(case: DiagnosisInput, **changes: Any) -> Report:
    """Return the report on that case with everything read."""
    events = distinct_events(case.events)
    session = next((one for one in case.sessions if one.id == case.session_id), None)
    told = Report(
        lookup_id="CD-ABCD2345",
        target=Target(case.kind, case.room or NOWHERE, session, case.peer_id, case.user_id),
        as_of=case.now,
        window=Window(case.since, case.until),
        completeness=Completeness(len(events), len(events), complete=True),
        events=events,
        by_type=count_by_type(events),
        sessions=case.sessions,
        diagnosis=diagnose(case, CATALOGUE),
    )
    return replace(told, **changes)


def of_scenario(name: str, **changes: Any) -> Report:
    """Return the report on the scenario of that name."""
    return of_case(load(FOLDER / f"{name}.yaml").case, **changes)


def diagnosed(report: Report) -> Report:
    """Return the report with a diagnosis from its events alone."""
    case = DiagnosisInput(report.target.room, report.as_of, report.events, sessions=report.sessions)
    return replace(report, diagnosis=diagnose(case, CATALOGUE))


def anchors(report: Report) -> list[ErrorEvent]:
    """Return events that the thread must show: terminal ones, and failures of their own."""
    assert report.diagnosis is not None
    found = {event.id: event for event in report.failures}
    for story in report.diagnosis.stories:
        if story.outcome != "recovered" and not story.terminal and story.symptom_of is None:
            found[story.rows[0].id] = story.rows[0]
    return sorted(found.values(), key=lambda event: (event.at, event.id))
