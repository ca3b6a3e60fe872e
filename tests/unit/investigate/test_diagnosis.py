"""A report with its diagnosis: from evidence, within a budget, and never at the answer's cost."""

import pytest

from bot.domain.diagnosis import Diagnosis
from bot.domain.report import Report
from tests.support.investigate.harness import Bench
from workbench.pretend_hundredms.faults import Fault


async def diagnosed(bench: Bench, text: str) -> tuple[Report, Diagnosis]:
    report = await bench.engine.diagnose(await bench.report(text), bench.tell)
    assert report.diagnosis is not None
    return report, report.diagnosis


@pytest.mark.parametrize(
    ("room", "verdict", "affected", "in_room"),
    [
        ("healthy", "none", 0, 10),
        ("one-bad-user", "user_network", 1, 8),
        ("storm", "service", 25, 25),
        ("closed-desk", "account", 2, 6),
        ("untouched", "unknown", 0, 0),
        ("never-got-in", "shared_network", 5, 5),
    ],
)
async def test_each_room_has_its_verdict(
    bench: Bench, room: str, verdict: str, affected: int, in_room: int
) -> None:
    _, diagnosis = await diagnosed(bench, room)
    assert diagnosis.verdict.cls == verdict
    assert (diagnosis.people.affected, diagnosis.people.in_room) == (affected, in_room)
    assert len(diagnosis.verdict.evidence) >= 2


async def test_every_event_is_in_exactly_one_story(bench: Bench) -> None:
    report, diagnosis = await diagnosed(bench, "storm")
    told = [event_id for story in diagnosis.stories for event_id in story.event_ids]
    assert sorted(told) == sorted(event.id for event in report.events)


async def test_a_session_is_judged_by_the_whole_rooms_events(bench: Bench) -> None:
    session = bench.hundredms.world.room("support-desk").sessions[0].id
    report = await bench.report(session)
    assert report.beyond
    bench.hundredms.calls.clear()
    await bench.engine.diagnose(report, bench.tell)
    asked = {kind for call in bench.hundredms.calls.calls for kind in call.values("type")}
    assert not [kind for kind in asked if kind.startswith("client.")]


@pytest.mark.parametrize("path", ["/v2/sessions", "/v2/analytics/events"])
async def test_evidence_that_cannot_be_read_is_told_and_no_error(bench: Bench, path: str) -> None:
    report = await bench.report("one-bad-user")
    bench.hundredms.faults.add(Fault(kind="error", path=path, status=500))
    found = await bench.engine.diagnose(report, bench.tell)
    assert found.diagnosis is not None
    assert found.events == report.events
    assert any("could not" in note for note in found.completeness.notes)
