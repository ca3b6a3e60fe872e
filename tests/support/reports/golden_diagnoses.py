"""Reports of scenarios: one for each verdict, outcome and reason for having no errors."""

from bot.catalogue import load_catalogue
from bot.domain.diagnosis import diagnose
from bot.domain.diagnosis.other_rooms import FailureTime
from bot.domain.report import (
    Completeness,
    Report,
    Surroundings,
    Window,
    count_by_type,
    distinct_events,
    with_surroundings,
)
from bot.domain.rooms import Room
from bot.domain.target import Target
from tests.support.scenarios.case import FOLDER, load

CATALOGUE = load_catalogue()
NOWHERE = Room("65af97002889d74ef8d1e18f", "main")

VERDICTS = {
    "user_network": "story-retry-pair",
    "shared_network": "network-office-never-finds-a-path",
    "device": "device-blips-of-others-weigh-nothing",
    "environment": "environment-browser-without-webrtc",
    "app": "app-ten-tokens-expired-together",
    "account": "account-role-is-full",
    "service": "service-outage-in-three-guises",
    "mixed": "mixed-three-causes-for-three-people",
    "none": "none-joined-twice",
    "unknown": "nothing-room-never-used",
}
OUTCOMES = {
    "gave_up": "symptom-named-in-the-text",
    "blocked": "device-alone-with-a-blocked-camera",
    "left": "outcome-closed-the-tab-while-retrying",
    "recovered": "outcome-terminal-drop-and-back-in-ten-minutes",
    "unknown": "missing-leaving-time",
}
NOTHINGS = {
    "healthy": "none-quiet-call",
    "no_session": "nothing-room-never-used",
    "room_disabled": "nothing-room-switched-off",
    "too_old": "nothing-session-too-old",
}


def diagnosed(name: str) -> Report:
    """Return the report on that scenario with everything read."""
    scenario = load(FOLDER / f"{name}.yaml")
    case = scenario.case
    events = distinct_events(case.events)
    session = next((one for one in case.sessions if one.id == case.session_id), None)
    report = Report(
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
    if scenario.others is None:
        return report
    failure = FailureTime(case.now, case.now, case.now)
    return with_surroundings(report, Surroundings(case.now, failure, scenario.others))
