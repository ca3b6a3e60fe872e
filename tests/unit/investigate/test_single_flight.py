"""Nothing twice: askers share one investigation, and what was just read is read again by nobody."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.errors import HundredMsRefused
from bot.domain.events import ERROR_TYPES, TRACK_TYPES
from bot.domain.parsing import parse_query
from bot.domain.report import Report
from bot.domain.saved_lookup import decode, encode, from_report
from bot.domain.target import Choices, Progress
from bot.investigate.caching import CachingInvestigator
from tests.support.investigate.harness import NOW, Bench
from workbench.pretend_hundredms.calls import Call
from workbench.pretend_hundredms.faults import Fault

EVENTS = "/v2/analytics/events"


class Desk:
    """One bot that several people ask, and the clock on its wall."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.now = NOW
        self.engine = CachingInvestigator(replace(bench.engine, clock=self.clock), self.seconds)

    def clock(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    async def ask(
        self,
        text: str,
        name: str,
        watched: list[Progress] | None = None,
        usual_since: datetime | None = None,
        *,
        anew: bool = False,
    ) -> Report:
        seen: list[Progress] = [] if watched is None else watched
        question = replace(parse_query(text, self.now), usual_since=usual_since, anew=anew)
        found = await self.engine.report(question, name, self.bench.tell, seen.append)
        assert isinstance(found, Report)
        return found

    def asked(self) -> list[str]:
        """Paths of the calls since the last question that find the room and its error events."""
        calls = self.bench.hundredms.calls
        paths = [call.path for call in calls.calls if not _beside(call)]
        calls.clear()
        return paths


def _beside(call: Call) -> bool:
    """Whether an answer's evidence is read, or the room's codes: that goes on beside it."""
    kinds = call.values("type")
    beside = call.path == "/v2/sessions" or "codes" in call.path or "stats" in call.path
    return beside or any(kind.startswith("track.") for kind in kinds)


@pytest.fixture
async def desk(bench: Bench) -> Desk:
    bench.hundredms.switches.change({"latency_ms": 2.0})
    return Desk(bench)


def late(report: Report, ages: Iterable[float]) -> list[dict[str, Any]]:
    """Events that arrive in that room later."""
    return [
        {
            "version": "2.0",
            "id": f"late-{age}",
            "timestamp": f"{NOW - timedelta(hours=age):%Y-%m-%dT%H:%M:%S}.{place:03}Z",
            "type": "client.join.failed",
            "data": {"room_id": report.target.room.id, "peer_id": f"late-{place}"},
        }
        for place, age in enumerate(ages)
    ]


async def test_two_askers_get_two_answers_out_of_one_investigation(desk: Desk) -> None:
    alone = await desk.ask("storm", "CD-ALONE")
    once = len(desk.asked())
    desk.now += timedelta(hours=1)
    first: list[Progress] = []
    second: list[Progress] = []
    one, other = await asyncio.gather(
        desk.ask("large", "CD-ONE", first), desk.ask("large", "CD-OTHER", second)
    )
    assert (one.lookup_id, other.lookup_id) == ("CD-ONE", "CD-OTHER")
    assert one.events == other.events
    assert len(one.events) == 1200
    assert first[-1] == second[-1]
    assert once < 14
    assert alone.lookup_id == "CD-ALONE"


async def test_each_asker_has_a_window_of_their_own(desk: Desk) -> None:
    since = (await desk.ask("large", "CD-FIRST")).events[600].at.replace(microsecond=0)
    desk.now += timedelta(hours=1)
    desk.asked()
    whole, part = await asyncio.gather(
        desk.ask("large", "CD-ONE"), desk.ask(f"large since {since:%Y-%m-%dT%H:%M:%S}Z", "CD-TWO")
    )
    assert part.window.since == since
    assert part.events == tuple(event for event in whole.events if event.at >= since)
    assert desk.asked().count("/v2/rooms") == 2  # enabled and disabled, once


async def test_a_channels_own_window_is_told_and_cuts_no_session(desk: Desk) -> None:
    whole = await desk.ask("large", "CD-WHOLE")
    middle = whole.events[600].at.replace(microsecond=0)
    for pause in (0, 3600):  # read, and read a moment ago
        desk.now += timedelta(seconds=pause)
        for text, cut in (("large", True), ("large since 30d", False), ("large until now", False)):
            found = await desk.ask(text, "CD-USUAL", usual_since=middle)
            assert (found.window.since == middle, bool(found.notes)) == (cut, cut)
    session = desk.bench.hundredms.world.room("large").sessions[0].id
    found = await desk.ask(f"session {session}", "CD-SESSION", usual_since=middle)
    assert (found.window.since, found.notes) == (None, ())


async def test_an_asker_who_leaves_takes_nothing_from_the_others(desk: Desk) -> None:
    leaving = asyncio.create_task(desk.ask("large", "CD-LEAVES"))
    staying = asyncio.create_task(desk.ask("large", "CD-STAYS"))
    await asyncio.sleep(0.01)
    leaving.cancel()
    assert len((await staying).events) == 1200
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_when_the_last_asker_leaves_nobody_goes_on_reading(desk: Desk) -> None:
    alone = asyncio.create_task(desk.ask("large", "CD-LEAVES"))
    await asyncio.sleep(0.01)
    alone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await alone
    assert len((await desk.ask("large", "CD-NEXT")).events) == 1200


async def test_trouble_is_told_to_every_asker_and_is_not_kept(desk: Desk) -> None:
    desk.bench.hundredms.faults.add(Fault(kind="error", path=EVENTS, status=401))
    outcomes = await asyncio.gather(
        desk.ask("storm", "CD-ONE"), desk.ask("storm", "CD-TWO"), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [HundredMsRefused] * 2
    desk.bench.hundredms.faults.clear()
    assert (await desk.ask("storm", "CD-LATER")).completeness.complete


async def test_a_question_asked_again_within_a_minute_costs_no_call(desk: Desk) -> None:
    first = await desk.ask("storm", "CD-ONE")
    desk.asked()
    desk.now += timedelta(seconds=59)
    watched: list[Progress] = []
    again = await desk.ask("storm", "CD-TWO", watched)
    assert desk.asked() == []
    assert again == replace(first, lookup_id="CD-TWO")
    assert again.as_of == NOW
    assert (watched[-1].fetched, watched[-1].total, watched[-1].begun) == (334, 334, True)


async def test_who_asks_anew_gets_what_is_true_now(desk: Desk) -> None:
    first = await desk.ask("storm", "CD-ONE")
    desk.now += timedelta(seconds=1)
    desk.asked()
    joined, anew = await asyncio.gather(
        desk.ask("storm", "CD-TWO"), desk.ask("storm", "CD-THREE", anew=True)
    )
    assert desk.asked() != []
    assert (joined.as_of, anew.as_of) == (first.as_of, desk.now)


async def test_who_asks_anew_joins_no_earlier_investigation(desk: Desk) -> None:
    await asyncio.gather(
        desk.ask("large", "CD-ONE"),
        desk.ask("large", "CD-TWO", anew=True),
        desk.ask("large", "CD-THREE", anew=True),
    )
    assert desk.asked().count("/v2/rooms") == 2 * 2  # enabled and disabled


async def test_after_a_minute_only_what_is_new_is_read(desk: Desk) -> None:
    first = await desk.ask("large", "CD-ONE")
    desk.asked()
    desk.now += timedelta(seconds=61)
    unchanged = await desk.ask("large", "CD-TWO")
    assert [call for call in desk.bench.hundredms.calls.of(EVENTS) if call.values("start")] == []
    assert (unchanged.events, unchanged.completeness) == (first.events, first.completeness)
    assert unchanged.as_of == desk.now


@pytest.mark.parametrize("order", ["ascending", "descending", "shuffled"])
async def test_what_is_new_is_found_wherever_it_stands(desk: Desk, order: str) -> None:
    desk.bench.hundredms.switches.change({"order": order})
    first = await desk.ask("large", "CD-ONE")
    desk.bench.hundredms.add_events(first.target.room.id, late(first, [0.2, 40.0, 400.0]))
    try:
        desk.now += timedelta(seconds=61)
        again = await desk.ask("large", "CD-TWO")
    finally:
        forget(desk, first)
    assert again.completeness.complete
    assert again.completeness.total == 1203
    assert {event.id for event in again.events} > {event.id for event in first.events}
    assert len(again.events) == 1203


def forget(desk: Desk, report: Report) -> None:
    """The world is shared by all tests: take the late events out of it again."""
    shelf = desk.bench.hundredms.books[0].shelves[report.target.room.id.lower()]
    kept = [event for event in shelf.events if not event["id"].startswith("late-")]
    shelf.__init__(kept)  # type: ignore[misc]


async def test_an_incomplete_answer_is_not_given_again(desk: Desk) -> None:
    fault = Fault(kind="error", path=EVENTS, query={"type": ERROR_TYPES[0]}, page=2, status=500)
    desk.bench.hundredms.faults.add(fault)
    assert not (await desk.ask("large", "CD-ONE")).completeness.complete
    desk.bench.hundredms.faults.clear()
    assert (await desk.ask("large", "CD-TWO")).completeness.complete


async def test_a_button_finds_what_its_answer_knew_without_a_call(desk: Desk) -> None:
    report = await desk.ask("one-bad-user", "CD-ONE")
    desk.asked()
    handle = decode(encode(from_report(report, after=None, shown=0, private=False)))
    desk.now += timedelta(minutes=5)
    again = await desk.engine.reopen(handle, desk.bench.tell)
    assert desk.asked() == []
    assert again == report


async def test_a_button_of_an_answer_long_gone_reads_again(desk: Desk) -> None:
    report = await desk.ask("one-bad-user", "CD-ONE")
    handle = from_report(report, after=None, shown=0, private=False)
    desk.now += timedelta(hours=2)
    desk.asked()
    one, other = await asyncio.gather(
        desk.engine.reopen(handle, desk.bench.tell), desk.engine.reopen(handle, desk.bench.tell)
    )
    assert one.events == other.events == report.events
    assert desk.asked().count(EVENTS) == len(ERROR_TYPES)


async def test_a_diagnosis_is_made_once_for_one_answer(desk: Desk) -> None:
    report = await desk.ask("one-bad-user", "CD-ONE")
    desk.asked()
    one, other = await asyncio.gather(
        desk.engine.diagnose(report, desk.bench.tell),
        desk.engine.diagnose(replace(report, lookup_id="CD-TWO"), desk.bench.tell),
    )
    assert desk.bench.paths().count(EVENTS) == len(TRACK_TYPES)
    desk.asked()
    assert one.diagnosis == other.diagnosis
    assert (one.lookup_id, other.lookup_id) == ("CD-ONE", "CD-TWO")
    again = await desk.engine.diagnose(report, desk.bench.tell)
    assert desk.bench.paths() == []
    assert again == one


async def test_choices_are_shared_and_asked_anew(desk: Desk) -> None:
    rooms = f"{desk.bench.room_id('storm')} {desk.bench.room_id('healthy')}"
    question = parse_query(rooms, NOW)
    found = await desk.engine.report(question, "CD-ONE", desk.bench.tell)
    assert isinstance(found, Choices)
    assert await desk.engine.describe(question.clues)


async def test_an_answer_never_holds_the_remarks_of_another_question(desk: Desk) -> None:
    first = await desk.ask("storm sinse 2h", "CD-A")
    told = [await desk.engine.diagnose(first, desk.bench.tell)]
    for text in ("storm", "storm type foo"):
        report = await desk.ask(text, "CD-B")
        told.append(await desk.engine.diagnose(report, desk.bench.tell))
    assert [any("sinse" in remark for remark in each.remarks) for each in told] == [1, 0, 0]
    assert "“foo”" in told[2].remarks[0]
