"""The lines that Home shows: as where names are hidden, and with nobody's name in them."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.privacy.personal_names import Names
from bot.domain.privacy.report_names import apply_names
from bot.domain.report import Report
from bot.render.answer.headline import headline_of, nameless_sentence, nameless_subject
from tests.support.reports.golden_diagnoses import diagnosed
from tests.support.scenarios.case import files


@pytest.mark.parametrize("name", [path.stem for path in files()])
def test_the_sentence_is_the_one_of_hidden_names(name: str) -> None:
    report = diagnosed(name)
    hidden = apply_names(report, Names.NONE)
    assert hidden.diagnosis is not None
    assert nameless_sentence(report) == headline_of(hidden, hidden.diagnosis)


def about(report: Report, **person: Any) -> Report:
    return replace(report, target=replace(report.target, **person))


@pytest.mark.parametrize("name", ["network-two-in-one-office", "none-quiet-call"])
def test_a_room_is_called_by_its_name(name: str) -> None:
    report = diagnosed(name)
    assert nameless_subject(report) == f"Room {report.target.room.name}"


def test_a_person_is_a_participant() -> None:
    report = diagnosed("network-two-in-one-office")
    event = next(event for event in report.events if event.user_name)
    room = report.target.room.name
    for person in (
        {"kind": "peer", "peer_id": event.peer_id},
        {"kind": "user", "user_id": event.user_id},
    ):
        told = nameless_subject(about(report, **person))
        assert told.startswith("Participant ")
        assert told.endswith(f" in room {room}")
        assert str(event.user_name) not in told
    unknown = about(report, kind="user", user_id="nobody@example.com")
    assert nameless_subject(unknown) == f"A participant in room {room}"
