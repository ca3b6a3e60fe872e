"""A side feature that failed is named, and nobody is said to have lost the call by it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.diagnosis import DiagnosisInput
from bot.domain.events import Agent, ErrorEvent
from bot.domain.report import Report
from bot.domain.rooms import Peer, Room, Session
from tests.support.events import make_event
from tests.support.reports.diagnosed_reports import RENDERER, of_case

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
ROOM = Room("65af97002889d74ef8d1e18f", "main", "weekly", enabled=True)
PHONE = Agent("android", "2.9.78", "android", "34", "SM-A536E")


def report_of(*events: ErrorEvent) -> Report:
    end = START + timedelta(minutes=40)
    people = {f"p-{n}": Peer(f"p-{n}", n, n, "guest", START, end) for n in ("ann", "bob", "cat")}
    call = Session(
        "s1", ROOM.id, "main", active=False, created_at=START, ended_at=end, peers=people
    )
    return of_case(DiagnosisInput(ROOM, end + timedelta(hours=1), events, sessions=(call,)))


def failed(code: int, who: str = "ann", **facts: Any) -> ErrorEvent:
    usual: dict[str, Any] = {"peer_id": f"p-{who}", "user_id": who, "agent": PHONE}
    when = START + timedelta(minutes=2)
    return make_event(
        f"e-{who}-{code}", "client.publish.failed", when, when.isoformat(), error_code=code,
        **{**usual, **facts},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "name", "words"),
    [
        (3017, "MediaProjectionPermission", "screen share"),
        (3012, "BluetoothConnectPermission", "Bluetooth headset"),
        (8002, "NoiseCancellationNotSupported", "noise reduction"),
        (7002, "InitFailed", "effect"),
    ],
)
def test_the_sentence_names_the_feature(code: int, name: str, words: str) -> None:
    report = report_of(failed(code, error_name=name))
    opening = str(RENDERER.answer(report).opening.blocks)
    assert words in opening
    assert re.search(rf"{words} failed for ann: ", opening, re.IGNORECASE)
    for wrong in ("could not send audio or video", "left or not seen again"):
        assert wrong not in opening
    reply = str(RENDERER.reply(report).blocks)
    assert any(said in reply.lower() for said in (words.lower(), "share your screen"))
    assert "sound or picture did not reach" not in reply


def test_where_the_call_failed_for_somebody_the_sentence_is_about_the_call() -> None:
    share = failed(3017, error_name="MediaProjectionPermission")
    camera = failed(3001, "bob", error_name="CantAccessCaptureDevice")
    opening = str(RENDERER.answer(report_of(share, camera)).opening.blocks)
    assert "bob could not use the camera or microphone: " in opening
