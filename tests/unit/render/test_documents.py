"""The documents for scripts and the files to attach."""

import csv
import io
import json
from dataclasses import replace

import pytest

from bot.domain.errors import NothingFound
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.report import Completeness, count_by_type
from bot.domain.target import Candidate, Choices
from bot.render.export import export_files
from bot.render.json_document import choices_document, document, error_document, nothing_document
from tests.support.reports.diagnosed_reports import diagnosed, of_scenario
from tests.support.reports.plain_reports import CATALOGUE, NOON, failure, report

STAMP = "2026-11-22T12:00:01.123456789Z"


def test_document_of_a_report() -> None:
    events = (
        failure(1, stamp=STAMP, error_message="from 192.0.2.7:443\nat once", action="JOIN"),
        failure(2, peer_id="PEER-00001", is_terminal=False),
    )
    seen = Completeness(3, None, complete=False, notes=("join: no total.",))
    found = report(*events, completeness=seen, by_type=count_by_type(events))
    told = document(diagnosed(found))
    for added in ("people", "stories", "verdict"):
        assert told.pop(added)
    empty = {"events": 0, "terminal": 0}
    assert told == {
        "version": 3,
        "target": {
            "kind": "room",
            "room_id": "65af97002889d74ef8d1e18f",
            "session_id": None,
            "peer_id": None,
            "user_id": None,
        },
        "as_of": "2026-11-22T12:00:00Z",
        "window": {"since": None, "until": None},
        "remarks": [],
        "completeness": {
            "fetched": 3,
            "total": None,
            "complete": False,
            "notes": ["join: no total."],
            "unreadable": 0,
        },
        "counts": {
            "events": 2,
            "terminal": 1,
            "peers": 1,
            "by_type": {
                "client.publish.failed": empty,
                "client.subscribe.failed": empty,
                "client.join.failed": {"events": 2, "terminal": 1},
                "client.disconnected": empty,
                "client.connect.failed": empty,
            },
        },
        "failures": [
            {
                "event_id": "event-00001",
                "at": STAMP,
                "type": "client.join.failed",
                "peer_id": "Peer-00001",
                "user_id": "user-00001",
                "user_name": "Ann 1",
                "session_id": None,
                "error_code": 500,
                "error_name": "ServerErrors",
                "error_message": "from [ip]:[port] at once",
                "error_description": None,
                "action": "JOIN",
            }
        ],
    }


def test_failures_stand_oldest_first() -> None:
    told = document(diagnosed(report(failure(3), failure(1), failure(2))))
    assert [each["event_id"][-1] for each in told["failures"]] == ["1", "2", "3"]


def test_document_of_an_error() -> None:
    told = error_document(NothingFound("No room has that id."), "CD-ABCD2345")
    assert told == {
        "version": 3,
        "error": {
            "headline": NothingFound.headline,
            "cause": "No room has that id.",
            "next_step": NothingFound.next_step,
            "reference": "CD-ABCD2345",
        },
        "candidates": [],
    }


def test_document_of_choices_lists_how_to_ask_for_each() -> None:
    choices = Choices((Candidate("room", "room 1", "Room one", "main", NOON),), "Two match.")
    told = choices_document(choices, "CD-ABCD2345")
    assert told["error"]["cause"] == "Two match."
    assert told["candidates"] == [
        {
            "kind": "room",
            "value": "room 1",
            "label": "Room one",
            "workspace": "main",
            "created_at": "2026-11-22T12:00:00Z",
        }
    ]


def test_files_hold_every_failure_in_order() -> None:
    found = report(*(failure(number) for number in range(30)), failure(31, is_terminal=False))
    table, tree = export_files(found, CATALOGUE)
    rows = list(csv.DictReader(io.StringIO(table.content)))
    assert [row["event_id"] for row in rows] == [event.id for event in found.failures]
    facts = json.loads(tree.content)
    assert [row["event_id"] for row in facts["failures"]] == [event.id for event in found.failures]


def test_no_cell_is_a_formula() -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)"]
    found = report(*(failure(number, user_name=name) for number, name in enumerate(names)))
    table, _ = export_files(found, CATALOGUE)
    rows = list(csv.DictReader(io.StringIO(table.content)))
    assert [row["user_name"] for row in rows] == [f"'{name}" for name in names]


def test_files_are_redacted() -> None:
    found = report(failure(1, error_description="typ relay raddr 198.51.100.7 rport 5004"))
    for file in export_files(found, CATALOGUE):
        assert "198.51.100.7" not in file.content
        assert "5004" not in file.content


def test_a_report_without_a_diagnosis_is_no_document() -> None:
    with pytest.raises(ValueError, match="only once it is diagnosed"):
        document(report(failure(1)))


def test_document_of_a_diagnosis() -> None:
    found = of_scenario("symptom-named-in-the-text")
    told = document(found)
    assert told["people"]["affected"] == 1
    assert told["people"]["in_room"] == 5
    assert told["people"]["by_role"] == [{"label": "guest", "affected": 1, "total": 5}]
    assert told["people"]["failed_calls"] == [{"user_id": "ann", "peer_ids": ["p-ann"], "calls": 1}]
    cause, symptom = told["stories"]
    assert symptom.pop("symptom_of") == cause["id"]
    assert cause.pop("id").startswith("s-")
    assert cause == {
        "peer_ids": ["p-ann"],
        "user_id": "ann",
        "bot": False,
        "type": "client.disconnected",
        "action": "RECONNECT_SIGNAL",
        "error_code": 1003,
        "error_name": "WebSocketConnectionLost",
        "platform": "web",
        "first_at": found.events[0].stamp,
        "last_at": "2026-11-02T10:06:00Z",
        "events": 2,
        "event_ids": ["drop", "drop-end"],
        "terminal": True,
        "outcome": "gave_up",
        "evidence": "SDK stopped after 60 s",
        "symptom_of": None,
    }
    verdict = told["verdict"]
    assert set(verdict) == {
        "class",
        "confidence",
        "words",
        "evidence",
        "changes_if",
        "next_steps",
        "update",
    }
    assert verdict["class"] == "user_network"
    assert len(verdict["evidence"]) >= 2


def test_document_of_nothing_is_an_answer_beside_the_error() -> None:
    peer = "58ddb219-e3de-41f6-9511-a0bdf06823ef"
    asked = LookupQuery(
        clues=(
            Identifier(IdentifierKind.UUID, peer),
            Identifier(IdentifierKind.OBJECT, "65af97002889d74ef8d1e18f"),
        )
    )
    told = nothing_document(NothingFound("No peer has that id."), "CD-ABCD2345", asked, NOON)
    assert told["version"] == 3
    assert told["error"]["cause"] == "No peer has that id."
    assert told["target"] == {
        "kind": "peer",
        "room_id": "65af97002889d74ef8d1e18f",
        "session_id": None,
        "peer_id": peer,
        "user_id": None,
    }
    assert told["as_of"] == "2026-11-22T12:00:00Z"
    assert told["completeness"] == {
        "fetched": 0,
        "total": 0,
        "complete": True,
        "notes": [],
        "unreadable": 0,
    }
    assert {told["counts"][key] for key in ("events", "terminal", "peers")} == {0}
    assert len(told["counts"]["by_type"]) == 5
    assert told["failures"] == told["stories"] == []
    assert told["people"]["affected"] == told["people"]["in_room"] == 0
    assert told["verdict"]["class"] == "unknown"
    assert told["verdict"]["confidence"] < 0.7


def test_a_name_that_is_nothing_is_no_id() -> None:
    asked = LookupQuery(clues=(Identifier(IdentifierKind.NAME, "standup"),))
    told = nothing_document(NothingFound("No room."), "CD-ABCD2345", asked, NOON)
    assert told["target"]["kind"] == "room"
    assert set(told["target"].values()) == {"room", None}


def test_files_of_a_diagnosis_hold_terminal_events_and_what_did_not_go_away() -> None:
    quiet = failure(5, id="quiet", error_code=3001, is_terminal=False, type="client.publish.failed")
    found = diagnosed(report(*(failure(n, user_id="u") for n in range(3)), quiet))
    table, tree = export_files(found, CATALOGUE)
    rows = list(csv.DictReader(io.StringIO(table.content)))
    assert [row["event_id"] for row in rows] == [
        "event-00000",
        "event-00001",
        "event-00002",
        "quiet",
    ]
    assert [row["terminal"] for row in rows] == ["True", "True", "True", "False"]
    assert rows[0]["event_ids"] == "event-00000 event-00001 event-00002"
    assert {row["outcome"] for row in rows} <= {"gave_up", "blocked", "unknown"}
    assert len(json.loads(tree.content)["failures"]) == 4
    assert table.title == "Failures of CD-ABCD2345, 4 rows (CSV)"


def test_what_no_story_holds_is_in_the_files_all_the_same() -> None:
    found = diagnosed(report(failure(1), failure(2)))
    assert found.diagnosis is not None
    bare = replace(found, diagnosis=replace(found.diagnosis, stories=found.diagnosis.stories[:1]))
    table, _ = export_files(bare, CATALOGUE)
    rows = list(csv.DictReader(io.StringIO(table.content)))
    assert [row["event_id"] for row in rows] == ["event-00001", "event-00002"]
    assert [bool(row["story"]) for row in rows] == [True, False]
