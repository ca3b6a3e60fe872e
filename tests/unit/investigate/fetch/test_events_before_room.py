"""Events are asked for together with their room, and thrown away if it is none."""

import pytest

from bot.domain.errors import NothingFound
from bot.domain.events import ERROR_TYPES
from tests.support.investigate.harness import Bench
from workbench.pretend_hundredms.faults import Fault

EVENTS = "/v2/analytics/events"
UNKNOWN_ID = "6912f0aa0000000000000000"


async def test_room_session_and_first_pages_are_asked_at_once(bench: Bench) -> None:
    bench.hundredms.switches.change({"latency_ms": 5.0})
    report = await bench.report(bench.room_id("one-bad-user"))
    assert report.completeness.complete
    calls = [call for call in bench.hundredms.calls.calls if "codes" not in call.path]
    assert len(calls) == 2 + len(ERROR_TYPES)
    assert max(call.started for call in calls) < min(call.finished or 0 for call in calls)


async def test_a_page_asked_ahead_is_not_asked_again(bench: Bench) -> None:
    await bench.report(bench.room_id("large"))
    firsts = [call for call in bench.hundredms.calls.of(EVENTS) if not call.values("start")]
    types = [kind for call in firsts for kind in call.values("type") if call.status]
    assert sorted(kind for kind in types if kind in ERROR_TYPES) == sorted(ERROR_TYPES)


async def test_a_session_is_answered_from_its_room(bench: Bench) -> None:
    room = bench.hundredms.world.room("support-desk")
    by_session = await bench.report(room.sessions[0].id)
    by_room = await bench.report(room.id)
    assert by_session.completeness == by_room.completeness
    assert by_session.completeness.complete


@pytest.mark.parametrize("answer", ["empty", "404_new", "404_old", "400"])
async def test_what_the_guess_is_answered_does_not_matter(bench: Bench, answer: str) -> None:
    bench.hundredms.switches.change({"unknown_room": answer})
    room = bench.hundredms.world.room("support-desk")
    assert (await bench.report(room.sessions[0].id)).target.kind == "session"
    with pytest.raises(NothingFound):
        await bench.ask(UNKNOWN_ID)


async def test_trouble_with_a_guess_that_was_right_is_trouble(bench: Bench) -> None:
    bench.hundredms.faults.add(
        Fault(kind="error", path=EVENTS, query={"type": ERROR_TYPES[0]}, status=500)
    )
    report = await bench.report(bench.room_id("storm"))
    assert not report.completeness.complete
    assert ERROR_TYPES[0] in report.completeness.notes[0]


async def test_a_remembered_peer_is_read_beside_its_room(bench: Bench) -> None:
    peer = next(event.peer_id for event in (await bench.report("storm")).events)
    await bench.learned()
    await bench.forget_calls()
    bench.hundredms.switches.change({"latency_ms": 5.0})
    report = await bench.report(f"peer {peer}")
    assert report.completeness.complete
    calls = [call for call in bench.hundredms.calls.calls if "codes" not in call.path]
    assert len(calls) == 1 + len(ERROR_TYPES)
    assert max(call.started for call in calls) < min(call.finished or 0 for call in calls)
    for call in bench.hundredms.calls.of(EVENTS):
        assert call.values("peer_id") == [peer]


async def test_in_two_workspaces_both_are_guessed_and_one_is_answered(
    two_workspaces: Bench,
) -> None:
    report = await two_workspaces.report("elsewhere")
    again = await two_workspaces.report(report.target.room.id)
    assert again.target.room.workspace == "other"
    assert again.completeness == report.completeness
