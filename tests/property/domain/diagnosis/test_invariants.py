"""What holds for every diagnosis, whatever happened in the room."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TypeVar, cast

from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import load_catalogue
from bot.domain.diagnosis import DiagnosisInput, diagnose
from bot.domain.diagnosis.model import GRAVITY
from bot.domain.events import ERROR_TYPES, ErrorEvent
from bot.domain.rooms import Peer, Session, TrackEvent
from bot.domain.target import Target
from bot.investigate.fetch.events import EventReader
from bot.investigate.ports import EventQuery, HundredMs, Page
from tests.support.events import change_event, make_event
from tests.support.examples import examples
from tests.support.reports.random_rooms import ROOM, START, cases, error_events, outages

CATALOGUE = load_catalogue()
Row = TypeVar("Row")
modest = examples(150)


@modest
@given(cases())
def test_every_event_is_in_exactly_one_story(case: DiagnosisInput) -> None:
    told = Counter(name for one in diagnose(case, CATALOGUE).stories for name in one.event_ids)
    assert told == Counter({event.id: 1 for event in case.events})


@modest
@given(cases() | outages(), st.randoms())
def test_order_and_doubles_change_nothing(case: DiagnosisInput, random: Random) -> None:
    def mixed(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        doubled = [*rows, *rows[: len(rows) // 2]]
        random.shuffle(doubled)
        return tuple(doubled)

    other = replace(
        case,
        events=mixed(case.events),
        sessions=mixed(case.sessions),
        tracks=mixed(case.tracks),
        stats=mixed(case.stats),
    )
    assert diagnose(other, CATALOGUE) == diagnose(case, CATALOGUE)


@modest
@given(cases())
def test_rows_that_differ_under_one_id_are_the_same_in_any_order(case: DiagnosisInput) -> None:
    twins = tuple(change_event(event, user_name="Somebody") for event in case.events[:3])
    one = replace(case, events=(*case.events, *twins))
    other = replace(case, events=(*twins, *case.events))
    assert diagnose(one, CATALOGUE) == diagnose(other, CATALOGUE)


def _with_healthy(case: DiagnosisInput, joined: int, stayed: int, *, alone: bool) -> DiagnosisInput:
    begins = START + timedelta(seconds=joined)
    left = begins + timedelta(seconds=stayed)
    peer = Peer("p-healthy", "Hale", "hale", "guest", begins, left)
    if alone or not case.sessions:
        own = Session("s-9", ROOM.id, "main", False, begins, left, {peer.id: peer})
        return replace(case, sessions=(*case.sessions, own))
    first = case.sessions[0]
    grown = replace(first, peers={**first.peers, peer.id: peer})
    return replace(case, sessions=(grown, *case.sessions[1:]))


@examples(200)
@given(cases() | outages(), st.integers(0, 1500), st.integers(1, 1500), st.booleans())
def test_a_healthy_person_never_makes_it_graver(
    case: DiagnosisInput,
    joined: int,
    stayed: int,
    alone: bool,  # noqa: FBT001  drawn by hypothesis
) -> None:
    before = diagnose(case, CATALOGUE).verdict
    after = diagnose(_with_healthy(case, joined, stayed, alone=alone), CATALOGUE).verdict
    assert GRAVITY[after.cls] <= GRAVITY[before.cls]


@modest
@given(cases(), st.lists(error_events(room="room-2"), max_size=6))
def test_other_rooms_change_nothing(case: DiagnosisInput, strangers: list[ErrorEvent]) -> None:
    elsewhere = tuple(
        replace(one, id=f"else-{one.id}", room_id="room-2")
        for one in (*case.sessions, *case.sessions)
    )
    tracks = tuple(
        TrackEvent(f"t-{event.id}", "track.add.success", event.at, event.stamp, event.peer_id,
                   event.user_id, room_id="room-2", media="video")
        for event in (*case.events, *strangers)
    )  # fmt: skip
    other = replace(
        case,
        events=(*strangers, *case.events),
        around=tuple(strangers),
        sessions=(*elsewhere, *case.sessions),
        tracks=(*tracks, *case.tracks),
    )
    assert diagnose(other, CATALOGUE) == diagnose(case, CATALOGUE)


async def _untold(_: str) -> None:
    """Nobody waits."""


class Paged:
    """A 100ms that serves these pages of each type, one after the other; no other question."""

    alias = "main"

    def __init__(self, pages: dict[str, list[list[ErrorEvent]]], totals: dict[str, int]) -> None:
        self._pages = pages
        self._totals = totals

    def reporting_to(self, _: object) -> "Paged":
        return self

    async def events(self, query: EventQuery, start: str = "") -> Page:
        number, pages = int(start or 0), self._pages[query.type] or [[]]
        following = str(number + 1) if number + 1 < len(pages) else ""
        rows = tuple(pages[number])
        return Page(rows, len(rows), self._totals[query.type], following)


@modest
@given(cases() | outages(), st.randoms(), st.integers(1, 9))
def test_where_pages_are_split_and_overlap_changes_nothing(
    case: DiagnosisInput, random: Random, size: int
) -> None:
    rows: dict[str, list[ErrorEvent]] = {kind: [] for kind in ERROR_TYPES}
    for event in case.events:
        rows[event.type].append(event)
    pages = {}
    for kind, mine in rows.items():
        random.shuffle(mine)
        cuts = [mine[at : at + size] for at in range(0, len(mine), size)]
        pages[kind] = [
            [*page, *before[: random.randint(0, 1)]]
            for page, before in zip(cuts, [[], *cuts], strict=False)
        ]
    paged = Paged(pages, {kind: len(mine) for kind, mine in rows.items()})
    reader = EventReader(cast(HundredMs, paged), ERROR_TYPES, 10**6, lambda: case.now, _untold)
    target = Target("room", case.room or ROOM)
    fetched = asyncio.run(reader.read(target))
    assert fetched.completeness.complete
    assert diagnose(replace(case, events=fetched.events), CATALOGUE) == diagnose(case, CATALOGUE)


texts = st.none() | st.text(max_size=80)


@modest
@given(
    st.lists(
        st.builds(
            make_event,
            id=st.text(min_size=1, max_size=8),
            type=st.text(max_size=12),
            at=st.datetimes(timezones=st.just(START.tzinfo)),
            stamp=st.text(max_size=20),
            peer_id=texts,
            user_id=texts,
            error_code=st.none() | st.integers(-(10**12), 10**12),
            error_name=texts,
            error_message=texts,
            error_description=texts,
            action=texts,
            is_terminal=st.booleans(),
        ),
        max_size=6,
    )
)
def test_no_event_ever_raises(events: list[ErrorEvent]) -> None:
    case = DiagnosisInput(room=ROOM, now=START, events=tuple(events))
    found = diagnose(case, CATALOGUE)
    assert len(found.verdict.evidence) >= 2
    assert 0 <= found.verdict.confidence <= 1


@modest
@given(cases())
def test_symptoms_lead_to_a_cause_and_numbers_agree(case: DiagnosisInput) -> None:
    found = diagnose(case, CATALOGUE)
    by_id = {story.id: story for story in found.stories}
    for story in found.stories:
        seen = set()
        while story.symptom_of is not None:
            assert story.id not in seen
            seen.add(story.id)
            cause = by_id[story.symptom_of]
            assert cause.person == story.person
            story = cause  # noqa: PLW2901  walking up
    people = found.people
    assert people.in_room == people.seen
    assert people.affected <= people.seen
    counted = people.failed_for_good + people.recovered + people.unclear
    # People who missed nothing but a side feature, or nothing at all, are in none of the three.
    beside = any(story.feature or story.harmless for story in found.stories)
    assert counted <= people.affected if beside else counted == people.affected
