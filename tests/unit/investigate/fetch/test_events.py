"""All events, and proof of it; where there is no proof, the gap in numbers."""

import pytest

from bot.domain.errors import HundredMsBusy, HundredMsRefused, HundredMsUnreachable
from bot.domain.events import ERROR_TYPES
from bot.domain.saved_lookup import decode, encode, from_report
from tests.support.investigate.harness import NOW, Bench
from workbench.pretend_hundredms.faults import Fault, Kind

EVENTS = "/v2/analytics/events"


def asked(bench: Bench) -> list[tuple[str, ...]]:
    return [tuple(call.values("type")) for call in bench.hundredms.calls.of(EVENTS)]


async def test_five_cursors_are_read_to_their_ends_side_by_side(bench: Bench) -> None:
    bench.hundredms.switches.change({"latency_ms": 1.0})
    report = await bench.report("large")
    assert report.completeness.fetched == report.completeness.total == len(report.events) == 1200
    assert report.completeness.complete
    assert report.completeness.notes == ()
    client = {kinds for kinds in asked(bench) if not kinds[0].startswith("track.")}
    assert client == {(kind,) for kind in ERROR_TYPES}
    assert bench.hundredms.calls.max_in_flight > 1
    assert bench.watched[-1] == (1200, 1200)


async def test_filters_stay_the_same_from_page_to_page(bench: Bench) -> None:
    await bench.report("large")
    for call in bench.hundredms.calls.of(EVENTS):
        assert call.values("limit") == ["100"]
        assert call.values("room_id") == [bench.room_id("large")]
        assert call.values("session_id") == []


async def test_events_come_in_order_and_once(bench: Bench) -> None:
    bench.hundredms.switches.change({"order": "shuffled"})
    report = await bench.report("storm")
    assert [event.at for event in report.events] == sorted(event.at for event in report.events)
    assert len({event.id for event in report.events}) == len(report.events)


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("order", "descending"),
        ("last_next", "null"),
        ("last_next", "missing"),
        ("empty_lists", "null"),
        ("list_end", "null"),
        ("total", "page_only"),
        ("duplicates", "within_page"),
        ("duplicates", "across_pages"),
        ("stray_row", True),
        ("empty_page_with_next", True),
        ("room_names", "partial"),
        ("exact_peer_case", True),
    ],
)
async def test_what_is_not_documented_changes_nothing(
    bench: Bench, switch: str, value: object
) -> None:
    bench.hundredms.switches.change({switch: value})
    report = await bench.report("large")
    assert len(report.events) == 1200
    assert report.completeness.complete


async def test_a_stray_row_that_tells_of_a_success_is_no_error(bench: Bench) -> None:
    bench.hundredms.switches.change({"stray_row": True})
    report = await bench.report("healthy")
    assert report.events == ()
    assert report.completeness.complete


async def test_without_totals_nothing_is_proved(bench: Bench) -> None:
    bench.hundredms.switches.change({"total": "absent"})
    report = await bench.report("storm")
    assert report.completeness.total is None
    assert not report.completeness.complete
    assert report.completeness.notes
    assert len(report.events) == 334


async def test_a_page_that_fails_for_good_leaves_a_counted_gap(bench: Bench) -> None:
    bench.hundredms.faults.add(
        Fault(kind="error", path=EVENTS, query={"type": ERROR_TYPES[0]}, page=2, status=500)
    )
    report = await bench.report("large")
    seen = report.completeness
    assert not seen.complete
    assert seen.total == 1200
    assert seen.fetched == len(report.events) < 1200
    missing = 1200 - seen.fetched
    assert f"{missing:,} missing" in seen.notes[0]
    assert ERROR_TYPES[0] in seen.notes[0]


async def test_an_expired_cursor_is_begun_again_once(bench: Bench) -> None:
    bench.hundredms.faults.add(
        Fault(
            kind="error", path=EVENTS, query={"type": ERROR_TYPES[1]}, page=2, status=400, times=1
        )
    )
    report = await bench.report("large")
    assert report.completeness.complete
    assert report.completeness.fetched == 1200


async def test_a_cursor_that_expires_again_is_told(bench: Bench) -> None:
    bench.hundredms.faults.add(
        Fault(kind="error", path=EVENTS, query={"type": ERROR_TYPES[1]}, page=2, status=400)
    )
    report = await bench.report("large")
    assert not report.completeness.complete
    assert "no longer knows" in report.completeness.notes[0]


@pytest.mark.parametrize("kind", ["error", "html", "truncated", "not_json"])
async def test_a_passing_fault_is_retried(bench: Bench, kind: Kind) -> None:
    bench.hundredms.faults.add(Fault(kind=kind, path=EVENTS, times=2))
    report = await bench.report("storm")
    assert report.completeness.complete


async def test_100ms_down_is_an_error_and_not_an_empty_room(bench: Bench) -> None:
    bench.hundredms.faults.add(Fault(kind="error", path=EVENTS, status=503))
    with pytest.raises(HundredMsUnreachable):
        await bench.ask("storm")


async def test_a_wait_that_100ms_asks_for_is_told_to_the_asker(bench: Bench) -> None:
    bench.hundredms.faults.add(Fault(kind="rate_limited", path=EVENTS, seconds=45, times=1))
    report = await bench.report("storm")
    assert report.completeness.complete
    assert any("45" in note for note in bench.told)
    assert any("45 s" in note for note in bench.waited_for)


async def test_a_wait_that_nobody_would_sit_through_is_refused(bench: Bench) -> None:
    bench.hundredms.faults.add(Fault(kind="rate_limited_header", path=EVENTS, seconds=3600))
    with pytest.raises(HundredMsBusy):
        await bench.ask("storm")


async def test_refused_credentials_are_renewed_once(bench: Bench) -> None:
    bench.hundredms.faults.add(Fault(kind="error", path=EVENTS, status=401, times=1))
    assert (await bench.report("storm")).completeness.complete
    bench.hundredms.faults.add(Fault(kind="error", path=EVENTS, status=401))
    with pytest.raises(HundredMsRefused, match="100ms"):
        await bench.ask("storm")


async def test_a_window_is_cut_on_our_side(bench: Bench) -> None:
    everything = await bench.report("large")
    middle = everything.events[600].at
    report = await bench.report(f"large since {middle:%Y-%m-%dT%H:%M:%S}Z")
    assert report.completeness.fetched == 1200
    assert report.completeness.complete
    later = [event for event in everything.events if event.at >= middle.replace(microsecond=0)]
    assert list(report.events) == later


async def test_only_the_types_asked_for_are_read(bench: Bench) -> None:
    report = await bench.report("all-types type join")
    assert set(asked(bench)) == {("client.join.failed",)}
    assert {event.type for event in report.events} == {"client.join.failed"}


async def test_an_upper_case_peer_is_found_in_either_spelling(bench: Bench) -> None:
    bench.hundredms.switches.change({"exact_peer_case": True})
    events = (await bench.report("all-types")).events
    peer = next(event.peer_id for event in events if event.peer_id)
    for spelling in (peer.lower(), peer.upper()):
        report = await bench.report(f"peer {spelling} in all-types")
        assert report.target.peer_id == peer
        assert report.events


async def test_a_uuid_that_is_a_users_is_found_as_one(bench: Bench) -> None:
    events = (await bench.report("sample-connect")).events
    report = await bench.report(f"{events[0].user_id} in sample-connect")
    assert (report.target.kind, report.target.user_id) == ("user", events[0].user_id)
    assert len(report.events) == 1


async def test_a_button_opens_the_look_up_as_of_then(bench: Bench) -> None:
    report = await bench.report("one-bad-user")
    handle = decode(encode(from_report(report, after=None, shown=0, private=False)))
    again = await bench.engine.reopen(handle, bench.tell)
    assert again.events == report.events
    assert again.as_of == report.as_of == NOW
    assert again.target == report.target


async def test_the_samples_give_their_counts(bench: Bench) -> None:
    for name, number in (("publish", 2), ("subscribe", 1), ("join", 1), ("connect", 1)):
        report = await bench.report(f"sample-{name}")
        assert len(report.events) == report.completeness.total == number
        assert report.failures == ()
