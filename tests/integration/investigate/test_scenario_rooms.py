"""Every scenario through the whole path: asked as a person would, of 100ms, over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.catalogue import load_catalogue
from bot.domain.errors import NothingFound
from bot.domain.parsing import parse_query
from bot.domain.query import IdentifierKind
from bot.domain.report import Report
from bot.domain.target import Choices
from bot.hundredms.workspaces import CallLimits, Credentials, open_workspaces
from bot.investigate.investigator import Investigator
from bot.investigate.room_index import BestEffortRoomIndex, RoomIndexWriter
from bot.storage import open_database
from tests.support.scenarios.case import Scenario as Expected
from tests.support.scenarios.case import files, load
from tests.support.scenarios.score import score
from workbench.pretend_hundredms.app import build
from workbench.pretend_hundredms.scenarios import Scenario, load_scenario, lookup_text
from workbench.pretend_hundredms.world import PretendWorkspace, World

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY, SECRET = "0123456789abcdef00000001", "a-secret-of-these-tests-not-a-real-one-0123456789"
ACCOUNT = "0123456789abcdef000000a1"
CATALOGUE = load_catalogue()


@cache
def scenarios() -> dict[str, Scenario]:
    return {path.stem: load_scenario(path, NOW, ACCOUNT) for path in files()}


@cache
def pretend() -> Starlette:
    """One 100ms for all: nobody writes to it."""
    rooms = tuple(one.room for one in scenarios().values() if one.room)
    world = World((PretendWorkspace("main", KEY, SECRET, ACCOUNT, rooms),))
    return build(world, clock=lambda: NOW)


@asynccontextmanager
async def engine(database: Path) -> AsyncIterator[Investigator]:
    async with (
        open_database(f"sqlite:///{database}") as memory,
        open_workspaces(
            [Credentials("main", access_key=KEY, secret=SECRET, url="http://pretend/v2")],
            clock=lambda: NOW,
            transport=httpx.ASGITransport(pretend()),
            limits=CallLimits(),
        ) as workspaces,
    ):
        recall = BestEffortRoomIndex(memory)
        learner = RoomIndexWriter(recall)
        yield Investigator(workspaces, recall, learner, CATALOGUE, lambda: NOW)
        await learner.close()


async def tell(note: str) -> None:
    """Nobody listens."""


async def asked(text: str, database: Path) -> Report:
    async with engine(database) as investigator:
        found = await investigator.report(parse_query(text, NOW), "CD-TEST2345", tell)
        assert isinstance(found, Report), found
        return await investigator.diagnose(found, tell)


async def tell_webhooks(path: Path, expected: Expected, database: Path) -> None:
    """Store what the scenario's webhooks tell, with the ids and times of its room."""
    scenario = scenarios()[path.stem]
    hand, room, later = scenario.hand, scenario.room, NOW - expected.case.now
    facts = [
        replace(
            fact,
            room_id=room.id if room else "",
            at=fact.at + later,
            peer_id=hand.peer_id(fact.peer_id).lower() if fact.peer_id else "",
            session_id=hand.session_id(fact.session_id) if fact.session_id else "",
        )
        for fact in expected.case.facts
    ]
    if facts:
        async with open_database(f"sqlite:///{database}") as memory:
            await memory.call_facts.store(facts)


async def finds_nothing(text: str, database: Path) -> bool:
    """Return whether nothing is found; rooms of a near name may be offered."""
    async with engine(database) as investigator:
        try:
            found = await investigator.report(parse_query(text, NOW), "CD-TEST2345", tell)
        except NothingFound:
            return True
    return isinstance(found, Choices) and found.near and found.note.startswith("No room called")


def wanted(path: Path) -> Expected:
    """What the file expects, with the peer ids of its room."""
    expected, hand = load(path), scenarios()[path.stem].hand
    stories = [
        {**one, "peers": [hand.peer_id(peer) for peer in one["peers"]]} if "peers" in one else one
        for one in expected.expect["stories"]
    ]
    return replace(expected, expect={**expected.expect, "stories": stories})


@pytest.mark.parametrize(
    "path",
    # Other rooms are read after the answer, see test_surroundings.py.
    [path for path in files() if not path.stem.startswith("others-")],
    ids=lambda path: path.stem,
)
async def test_the_whole_path_tells_what_the_scenario_expects(path: Path, tmp_path: Path) -> None:
    expected, text = wanted(path), lookup_text(scenarios()[path.stem])
    if not expected.case.known:
        assert await finds_nothing(text, tmp_path / "db")
        return
    await tell_webhooks(path, expected, tmp_path / "db")
    report = await asked(text, tmp_path / "db")
    assert report.diagnosis is not None
    assert report.completeness.complete
    # The budget may leave out peer-stats; nothing else may be missing.
    notes = (*report.notes, *report.completeness.notes)
    assert [note for note in notes if "were left out" not in note] == []
    verdict = report.diagnosis.verdict
    assert verdict.unread == (("media measurements",) if notes and verdict.unread else ())
    diagnosis = replace(report.diagnosis, verdict=replace(verdict, unread=()))
    assert score(expected, diagnosis).wrong == ()


def made_up(look_up: str, folder: Path, room: str = "{}") -> Scenario:
    """A call of Ann's that somebody asks about in this way."""
    path = folder / "made-up.yaml"
    path.write_text(
        f"{{title: Ann calls, room: {room}, look_up: {look_up}, expect: {{}}, sessions: "
        "[{id: s1, from: '+00:00', to: '+40:00', peers: [{id: p-ann, user: ann b}]}]}"
    )
    return load_scenario(path, NOW, ACCOUNT)


@pytest.mark.parametrize(
    ("look_up", "kinds"),
    [
        ("{kind: room}", [IdentifierKind.NAME]),
        ("{kind: session, id: s1}", [IdentifierKind.SESSION]),
        ("{kind: peer, id: p-ann}", [IdentifierKind.PEER, IdentifierKind.NAME]),
        ("{kind: user, id: ann b}", [IdentifierKind.USER, IdentifierKind.NAME]),
        ("{kind: user, id: zoe, unknown: true}", [IdentifierKind.USER]),
    ],
)
def test_what_is_to_be_pasted_is_understood(
    look_up: str, kinds: list[IdentifierKind], tmp_path: Path
) -> None:
    question = parse_query(lookup_text(made_up(look_up, tmp_path)), NOW)
    assert [clue.kind for clue in question.clues] == kinds
    assert question.complaint is None


def test_a_window_moves_with_the_scenario(tmp_path: Path) -> None:
    look_up = "{kind: room, since: '+00:00', until: '+1:00:00'}"
    question = parse_query(lookup_text(made_up(look_up, tmp_path)), NOW)
    assert (question.since, question.until) == (NOW - timedelta(hours=2), NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("look_up", "room"),
    [
        ("{kind: room}", "null"),
        ("{kind: session, id: s9, unknown: true}", "{}"),
        ("{kind: peer, id: p-zoe, unknown: true}", "{}"),
        ("{kind: user, id: zoe, unknown: true}", "{}"),
    ],
)
async def test_an_unknown_id_is_told_as_such(look_up: str, room: str, tmp_path: Path) -> None:
    with pytest.raises(NothingFound):
        await asked(lookup_text(made_up(look_up, tmp_path, room)), tmp_path / "db")
