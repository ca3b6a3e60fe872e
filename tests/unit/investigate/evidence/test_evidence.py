"""What proves recoveries is read within a budget, and trouble with it is only a note."""

from dataclasses import replace

import pytest

from bot.domain.events import ERROR_TYPES, TRACK_TYPES
from bot.domain.report import Report, Window
from bot.investigate.budget import Budget
from bot.investigate.evidence.evidence import Evidence, build_diagnosis_input, gather_evidence
from tests.support.investigate.harness import NOW, Bench
from workbench.pretend_hundredms.faults import Fault, Kind

EVENTS = "/v2/analytics/events"
STATS = "/v2/analytics/peer-stats"
SESSIONS = "/v2/sessions"
ANY = Window()


async def gathered(bench: Bench, report: Report, budget: Budget | None = None) -> Evidence:
    hundredms = bench.engine.workspaces["default"]
    await bench.forget_calls()
    return await gather_evidence(
        hundredms, report.target, report.events, NOW, budget or Budget(), ANY
    )


def asked(bench: Bench, kinds: tuple[str, ...]) -> int:
    calls = bench.hundredms.calls.of(EVENTS)
    return sum(1 for call in calls if call.values("type")[0] in kinds)


async def test_a_healthy_room_has_sessions_and_tracks(bench: Bench) -> None:
    found = await gathered(bench, await bench.report("healthy"))
    assert [session.active for session in found.sessions] == [False, True]
    assert {track.type for track in found.tracks} == set(TRACK_TYPES)
    assert list(found.tracks) == sorted(found.tracks, key=lambda one: (one.at, one.stamp, one.id))
    assert (found.stats, found.around, found.notes, found.complete) == ((), (), (), True)
    assert not bench.hundredms.calls.of(STATS)


async def test_one_peer_is_measured_and_the_others_of_the_room_are_seen(bench: Bench) -> None:
    room = await bench.report("one-bad-user")
    bad = room.events[0].peer_id
    found = await gathered(bench, room)
    assert [stats.peer_id for stats in found.stats] == [bad]
    assert found.stats[0].published
    assert {track.peer_id for track in found.tracks}.isdisjoint({bad})
    assert len(bench.hundredms.calls.of(STATS)) == 1


async def test_a_room_lookup_does_not_read_its_errors_again(bench: Bench) -> None:
    await gathered(bench, await bench.report("storm"))
    assert asked(bench, ERROR_TYPES) == 0


async def test_a_person_is_seen_among_the_errors_of_the_room(bench: Bench) -> None:
    whole = await bench.report("storm")
    peer = whole.events[0].peer_id
    one = await bench.report(f"peer {peer} in room {bench.room_id('storm')}")
    found = await gathered(bench, one)
    assert len(found.around) == len(whole.events) - len(one.events)
    assert {event.id for event in found.around}.isdisjoint(event.id for event in one.events)


async def test_errors_that_were_read_before_are_not_read_again(bench: Bench) -> None:
    whole = await bench.report("storm")
    session = next(event.session_id for event in whole.events if event.session_id)
    one = await bench.report(f"session {session}")
    await bench.forget_calls()
    found = await gather_evidence(
        bench.engine.workspaces["default"], one.target, one.events, NOW, Budget(), ANY,
        room_events=whole.events,
    )  # fmt: skip
    assert asked(bench, ERROR_TYPES) == 0
    assert len(found.around) == len(whole.events) - len(one.events)


async def test_a_session_asks_for_sessions_near_it_only(bench: Bench) -> None:
    whole = await bench.report("support-desk")
    one = await bench.report(f"session {whole.events[0].session_id}")
    found = await gathered(bench, one)
    assert one.target.session
    assert one.target.session.id in {session.id for session in found.sessions}
    assert len(found.sessions) < 5
    room = await gathered(bench, whole)
    assert len(room.sessions) == 75


async def test_peer_stats_stop_at_their_budget_and_leave_the_rest_complete(bench: Bench) -> None:
    report = await bench.report("storm")
    found = await gathered(bench, report, Budget(stats_calls=3))
    assert len(bench.hundredms.calls.of(STATS)) == 3
    assert found.complete
    assert "12 more were left out" in found.notes[0]


async def test_the_budget_holds_for_every_list(bench: Bench) -> None:
    whole = await bench.report("storm")
    one = await bench.report(f"peer {whole.events[0].peer_id} in room {bench.room_id('storm')}")
    tight = Budget(session_pages=1, track_pages=2, around_pages=6, stats_calls=0)
    found = await gathered(bench, one, tight)
    assert len(bench.hundredms.calls.of(SESSIONS)) <= 1
    assert asked(bench, TRACK_TYPES) <= 2
    assert asked(bench, ERROR_TYPES) <= 6
    assert not bench.hundredms.calls.of(STATS)
    assert not found.complete
    assert found.notes


async def test_a_long_room_is_read_for_the_sessions_of_its_failures(bench: Bench) -> None:
    whole = await bench.report("large")
    peer = next(event for event in whole.events if event.session_id and event.peer_id)
    one = await bench.report(f"peer {peer.peer_id} in room {bench.room_id('large')}")
    found = await gathered(bench, one, Budget(around_pages=10))
    narrowed = [call for call in bench.hundredms.calls.of(EVENTS) if call.values("session_id")]
    assert narrowed
    assert {call.values("session_id")[0] for call in narrowed} <= {s.id for s in found.sessions}
    assert asked(bench, ERROR_TYPES) <= 10
    assert not found.complete


@pytest.mark.parametrize(
    ("path", "types", "missing"),
    [
        (SESSIONS, "", "sessions"),
        (EVENTS, TRACK_TYPES[0], "tracks"),
        (EVENTS, ERROR_TYPES[0], "around"),
        (STATS, "", "stats"),
    ],
)
@pytest.mark.parametrize("kind", ["error", "html", "not_json", "truncated", "rate_limited"])
async def test_trouble_is_a_note_and_never_raised(
    bench: Bench, path: str, types: str, missing: str, kind: Kind
) -> None:
    room = await bench.report("storm")
    failed = next(event for event in room.events if event.type == "client.publish.failed")
    one = await bench.report(f"peer {failed.peer_id} in room {bench.room_id('storm')}")
    query = {"type": types} if types else {}
    bench.hundredms.faults.add(Fault(kind=kind, path=path, query=query, seconds=900))
    found = await gathered(bench, one)
    assert not found.complete
    assert len(found.notes) == 1
    assert "could not all be read" in found.notes[0]
    assert "missed" in found.notes[0]
    if missing in {"sessions", "stats"}:
        assert found.tracks or found.around


async def test_refused_credentials_are_a_note(bench: Bench) -> None:
    report = await bench.report("one-bad-user")
    bench.hundredms.faults.add(Fault(kind="error", status=403))
    found = await gathered(bench, report)
    assert not found.complete
    assert (found.tracks, found.stats) == ((), ())


async def test_100ms_that_hangs_is_left_in_time(bench: Bench) -> None:
    report = await bench.report("one-bad-user")
    bench.hundredms.faults.add(Fault(kind="hang", path=SESSIONS))
    found = await gathered(bench, report, Budget(evidence_seconds=0.2))
    assert not found.complete
    assert "took too long" in found.notes[0]
    assert found.sessions == ()


@pytest.mark.parametrize("order", ["descending", "shuffled"])
@pytest.mark.parametrize("name", ["one-bad-user", "storm", "support-desk"])
async def test_the_order_of_answers_changes_nothing(bench: Bench, name: str, order: str) -> None:
    report = await bench.report(name)
    first = await gathered(bench, report)
    bench.hundredms.switches.change({"order": order, "duplicates": "within_page"})
    assert await gathered(bench, report) == first


async def test_rows_of_other_types_are_no_evidence(bench: Bench) -> None:
    report = await bench.report("one-bad-user")
    first = await gathered(bench, report)
    bench.hundredms.switches.change({"stray_row": True})
    assert await gathered(bench, report) == first


async def test_the_case_is_filled_from_target_window_and_evidence(bench: Bench) -> None:
    whole = await bench.report("storm")
    session = next(event.session_id for event in whole.events if event.session_id)
    one = await bench.report(f"session {session}")
    found = await gathered(bench, one)
    window = Window(since=NOW.replace(day=1), until=NOW)
    seen = one.completeness
    case = build_diagnosis_input(one.target, one.events, found, NOW, window, completeness=seen)
    assert (case.kind, case.session_id, case.room) == ("session", session, one.target.room)
    assert (case.since, case.until, case.now) == (window.since, window.until, NOW)
    assert (case.events, case.around) == (one.events, found.around)
    assert (case.sessions, case.tracks, case.stats) == (found.sessions, found.tracks, found.stats)
    assert (case.known, case.complete, case.peer_id, case.user_id) == (True, True, None, None)
    missing = replace(seen, complete=False)
    assert not build_diagnosis_input(
        one.target, (), found, NOW, window, completeness=missing
    ).complete
    half = replace(found, complete=False)
    assert not build_diagnosis_input(one.target, (), half, NOW, window, completeness=seen).complete
