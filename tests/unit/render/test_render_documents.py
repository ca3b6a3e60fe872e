"""The documents for scripts and the files to attach."""

import csv
import io
import json

from plain_reports import CATALOGUE, NOON, failure, report

from bot.domain.errors import NothingFound
from bot.domain.report import Completeness, count_by_type
from bot.domain.target import Candidate, Choices
from bot.render.document import choices_document, document, error_document
from bot.render.export import files_of

STAMP = "2026-11-22T12:00:01.123456789Z"


def test_document_of_a_report() -> None:
    events = (
        failure(1, stamp=STAMP, error_message="from 192.0.2.7:443\nat once", action="JOIN"),
        failure(2, peer_id="PEER-00001", is_terminal=False),
    )
    seen = Completeness(3, None, complete=False, notes=("join: no total.",))
    told = document(report(*events, completeness=seen, by_type=count_by_type(events)))
    empty = {"events": 0, "terminal": 0}
    assert told == {
        "version": 1,
        "target": {
            "kind": "room",
            "room_id": "65af97002889d74ef8d1e18f",
            "session_id": None,
            "peer_id": None,
            "user_id": None,
        },
        "as_of": "2026-11-22T12:00:00Z",
        "completeness": {
            "fetched": 3,
            "total": None,
            "complete": False,
            "notes": ["join: no total."],
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
    told = document(report(failure(3), failure(1), failure(2)))
    assert [each["event_id"][-1] for each in told["failures"]] == ["1", "2", "3"]


def test_document_of_an_error() -> None:
    told = error_document(NothingFound("No room has that id."), "CD-ABCD2345")
    assert told == {
        "version": 1,
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
    table, tree = files_of(found, CATALOGUE)
    rows = list(csv.DictReader(io.StringIO(table.content)))
    assert [row["event_id"] for row in rows] == [event.id for event in found.failures]
    facts = json.loads(tree.content)
    assert [row["event_id"] for row in facts["failures"]] == [event.id for event in found.failures]


def test_no_cell_is_a_formula() -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)"]
    found = report(*(failure(number, user_name=name) for number, name in enumerate(names)))
    table, _ = files_of(found, CATALOGUE)
    rows = list(csv.DictReader(io.StringIO(table.content)))
    assert [row["user_name"] for row in rows] == [f"'{name}" for name in names]


def test_files_are_redacted() -> None:
    found = report(failure(1, error_description="typ relay raddr 198.51.100.7 rport 5004"))
    for file in files_of(found, CATALOGUE):
        assert "198.51.100.7" not in file.content
        assert "5004" not in file.content
