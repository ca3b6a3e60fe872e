"""A button pressed later: what it brings is what the answer said, not what happened since."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES
from bot.domain.report import Completeness, Report
from bot.domain.rooms import Peer, PeerStats, Session, TrackEvent
from bot.domain.saved_lookup import from_report
from bot.investigate.evidence.evidence import Evidence
from bot.investigate.reports import completeness_now, evidence_as_of
from tests.support.investigate.harness import NOW, Bench


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


async def reopened(bench: Bench, report: Report, as_of: datetime) -> Report:
    handle = from_report(replace(report, as_of=as_of), after=None, shown=0, private=False)
    return await bench.engine.diagnose(await bench.engine.reopen(handle, bench.tell), bench.tell)


async def test_a_recovery_after_the_answer_is_not_known_to_its_buttons(bench: Bench) -> None:
    found = await bench.engine.diagnose(await bench.report("storm"), bench.tell)
    assert found.diagnosis
    story = next(one for one in found.diagnosis.stories if one.outcome == "recovered")
    then = await reopened(bench, found, story.last_at)
    assert then.diagnosis
    assert then.as_of == story.last_at
    assert max(event.at for event in then.events) <= story.last_at
    (same,) = [one for one in then.diagnosis.stories if story.event_ids[0] in one.event_ids]
    assert same.outcome != "recovered"


async def test_the_same_press_a_day_later_says_the_same(bench: Bench) -> None:
    found = await bench.engine.diagnose(await bench.report("one-bad-user"), bench.tell)
    later = replace(bench.engine, clock=lambda: minutes(60 * 24))
    handle = from_report(found, after=None, shown=0, private=False)
    again = await later.diagnose(await later.reopen(handle, bench.tell), bench.tell)
    assert found.diagnosis
    assert again.diagnosis
    assert again.diagnosis.stories == found.diagnosis.stories
    assert again.diagnosis.verdict.cls == found.diagnosis.verdict.cls


def test_what_was_known_then() -> None:
    peers = {
        "p-ann": Peer("p-ann", joined_at=minutes(-9), left_at=minutes(2)),
        "p-bob": Peer("p-bob", joined_at=minutes(1)),
    }
    call = Session("s1", "r", "main", created_at=minutes(-9), ended_at=minutes(3), peers=peers)
    past = replace(call, id="s0", ended_at=minutes(-1), peers={})
    early, late = (TrackEvent(f"t{n}", "track.add.success", minutes(n)) for n in (-1, 1))
    measured = PeerStats("p-ann", "s0", (minutes(-2), minutes(1)), (minutes(-3),))
    evidence = Evidence(
        sessions=(past, call, replace(call, id="s2", created_at=minutes(1))),
        tracks=(early, late),
        stats=(measured, replace(measured, session_id="s1")),
    )
    then = evidence_as_of(evidence, NOW)
    assert then.sessions[0] == past
    running = then.sessions[1]
    assert running.running
    assert running.peers == {"p-ann": Peer("p-ann", joined_at=minutes(-9))}
    assert [one.id for one in then.sessions] == ["s0", "s1"]
    assert then.tracks == (early,)
    assert then.stats == (replace(measured, published=(minutes(-2),)),)
    assert evidence_as_of(then, NOW) == then


@pytest.mark.parametrize(
    ("days", "since", "complete"),
    [(0, None, True), (2, None, False), (2, -20, True), (29, -2, False), (2, -29, False)],
)
async def test_what_100ms_dropped_since_is_told(
    bench: Bench, days: int, since: int | None, *, complete: bool
) -> None:
    report = await bench.report("storm")
    begins = None if since is None else NOW + timedelta(days=since)
    handle = replace(from_report(report, after=None, shown=0, private=False), since=begins)
    seen = completeness_now(Completeness(3, 3, complete=True), handle, NOW + timedelta(days=days))
    assert seen.complete is complete
    assert bool(seen.notes) is not complete


async def test_an_answer_older_than_what_100ms_keeps_is_told(bench: Bench) -> None:
    report = await bench.report("storm")
    assert report.types == ERROR_TYPES
    handle = from_report(report, after=None, shown=0, private=False)
    later = replace(bench.engine, clock=lambda: NOW + timedelta(days=30))
    with pytest.raises(NotAllowed, match="30 days"):
        await later.reopen(handle, bench.tell)
