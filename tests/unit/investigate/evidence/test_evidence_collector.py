"""Evidence that is read while events are: the same as read afterwards, and nothing twice."""

from dataclasses import replace

import pytest

from bot.domain.report import Report
from bot.investigate.evidence.evidence import PendingEvidence
from tests.support.investigate.harness import Bench
from workbench.pretend_hundredms.calls import Call
from workbench.pretend_hundredms.faults import Fault

SESSIONS = "/v2/sessions"
STATS = "/v2/analytics/peer-stats"


def evidence(bench: Bench) -> list[Call]:
    """The calls that no answer waits for."""
    calls = bench.hundredms.calls.calls
    return [call for call in calls if call.path in (SESSIONS, STATS) or _tracks(call)]


def _tracks(call: Call) -> bool:
    return any(kind.startswith("track.") for kind in call.values("type"))


async def afterwards(bench: Bench, report: Report) -> Report:
    """The diagnosis of an engine that has read nothing beside."""
    engine = replace(bench.engine, beside=PendingEvidence())
    return await engine.diagnose(report, bench.tell)


@pytest.mark.parametrize("order", ["descending", "shuffled"])
@pytest.mark.parametrize("room", ["storm", "large"])
async def test_it_is_the_same_as_read_afterwards(bench: Bench, room: str, order: str) -> None:
    bench.hundredms.switches.change({"order": order})
    report = await bench.report(room)
    found = await bench.engine.diagnose(report, bench.tell)
    assert found == await afterwards(bench, report)


async def test_of_a_person_it_is_the_same_as_read_afterwards(bench: Bench) -> None:
    room = bench.room_id("large")
    peer = next(event.peer_id for event in (await bench.report("large")).events if event.peer_id)
    report = await bench.report(f"peer {peer} in room {room}")
    found = await bench.engine.diagnose(report, bench.tell)
    assert found == await afterwards(bench, report)


async def test_no_call_is_made_twice(bench: Bench) -> None:
    await bench.engine.diagnose(await bench.report("large"), bench.tell)
    asked = [(call.path, call.query) for call in evidence(bench)]
    assert len(asked) == len(set(asked))
    assert {path for path, _ in asked} >= {SESSIONS, STATS}


async def test_it_begins_while_events_are_read(bench: Bench) -> None:
    bench.hundredms.switches.change({"latency_ms": 2.0})
    await bench.report("large")
    assert evidence(bench)


async def test_a_room_of_first_pages_only_begins_none(bench: Bench) -> None:
    await bench.report("one-bad-user")
    assert not evidence(bench)


async def test_a_narrower_window_lists_its_own_sessions(bench: Bench) -> None:
    report = await bench.report("large")
    since = report.events[-1].at
    window = replace(report.window, since=since)
    cut = replace(report, window=window, events=report.events[-1:], beyond=report.events[:-1])
    found = await bench.engine.diagnose(cut, bench.tell)
    assert found == await afterwards(bench, cut)


async def test_trouble_with_it_is_a_note(bench: Bench) -> None:
    bench.hundredms.faults.add(Fault(kind="error", path=SESSIONS, status=500))
    report = await bench.report("large")
    found = await bench.engine.diagnose(report, bench.tell)
    assert report.completeness.complete
    assert any("sessions could not all be read" in note for note in found.completeness.notes)
