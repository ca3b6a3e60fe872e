"""Which stays in a room are one person's, and who is called by a name."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from bot.domain.events import Agent
from bot.domain.rooms import Peer, Room, Session
from bot.investigate.ports import EventQuery, HundredMs, Page, SessionPage
from bot.investigate.resolve.people_by_name import NamedPeople, is_called, people_in_room
from tests.support.events import make_event

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
ROOM = Room("65af97002889d74ef8d1e18f", "main", "storm")


class OneRoom:
    """A 100ms workspace with the sessions and the errors of one room."""

    alias = "main"

    def __init__(self, peers: list[Peer], devices: dict[str, str], strangers: list[str]) -> None:
        session = Session("s1", ROOM.id, "main", peers={peer.id: peer for peer in peers})
        self.session = session
        self.events_ = [
            make_event(
                id=f"e-{peer}",
                type="client.join.failed",
                at=NOON,
                stamp=NOON.isoformat(),
                peer_id=peer,
                user_name=peer.partition("-")[0].title(),
                agent=Agent(sdk="web", device_model=device, os="Windows"),
            )
            for peer, device in {**devices, **dict.fromkeys(strangers, "Firefox")}.items()
        ]

    async def sessions(self, *, active: bool, room_id: str | None = None) -> SessionPage:
        assert room_id == ROOM.id
        return SessionPage((self.session,) if active else (), "")

    async def events(self, query: EventQuery, start: str = "") -> Page:
        assert not start
        found = tuple(self.events_) if query.type == "client.join.failed" else ()
        return Page(found, len(found), len(found), "")


def stay(peer_id: str, minutes: int, until: int, user: str | None = None) -> Peer:
    at, end = NOON + timedelta(minutes=minutes), NOON + timedelta(minutes=until)
    return Peer(peer_id, peer_id.partition("-")[0].title(), user, "guest", at, end)


async def called(
    name: str, peers: list[Peer], devices: dict[str, str] | None = None, *strangers: str
) -> NamedPeople:
    client = OneRoom(peers, devices or {}, list(strangers))
    return await people_in_room(cast(HundredMs, client), ROOM, name)


@pytest.mark.parametrize(
    ("peers", "devices", "expected"),
    [
        pytest.param(
            [stay("marta-1", 0, 5), stay("marta-2", 6, 9)], {}, ["marta-2"], id="rejoined"
        ),
        pytest.param(
            [stay("marta-1", 0, 5), stay("marta-2", 4, 9)], {}, ["marta-2"], id="listed-twice"
        ),
        pytest.param(
            [stay("marta-1", 0, 9), stay("marta-2", 2, 9)], {}, ["marta-2", "marta-1"], id="both"
        ),
        pytest.param(
            [stay("marta-1", 0, 5, "u1"), stay("marta-2", 6, 9, "u2")],
            {},
            ["marta-2", "marta-1"],
            id="users",
        ),
        pytest.param(
            [stay("marta-1", 0, 5, "u1"), stay("marta-2", 2, 9, "u1")], {}, ["marta-2"], id="user"
        ),
        pytest.param(
            [stay("marta-1", 0, 5), stay("marta-2", 6, 9)],
            {"marta-1": "Chrome", "marta-2": "Safari"},
            ["marta-2", "marta-1"],
            id="devices",
        ),
    ],
)
async def test_people_are_told_apart(
    peers: list[Peer], devices: dict[str, str], expected: list[str]
) -> None:
    people = await called("marta", peers, devices)
    assert [stay.peer.id for stay in people.called] == expected
    assert [bool(stay.device) for stay in people.called] == [bool(devices)] * len(expected)


async def test_who_never_got_in_is_found_among_the_errors() -> None:
    people = await called("nadia", [stay("marta-1", 0, 5)], {}, "nadia-7")
    (found,) = people.called
    assert (found.peer.id, found.begin, found.device) == ("nadia-7", NOON, "Firefox on Windows")


@pytest.mark.parametrize("name", ["mrta", "Martha", "MARTAA"])
async def test_near_names_are_suggested(name: str) -> None:
    people = await called(name, [stay("marta-1", 0, 5), stay("bob-1", 0, 5)])
    assert not people.called
    assert [stay.peer.id for stay in people.near] == ["marta-1"]


@pytest.mark.parametrize(
    ("called", "names"),
    [
        ("Łukasz Nowak", "lukasz LUKASZ łukasz"),
        ("José Ángel", "jose angel José Jose\u0301"),
        ("Jürgen Müller", "muller jurgen"),
        ("Søren", "soren"),
        ("Straße", "strasse"),
        ("Андрей", "андрей Андреи"),
        ("山田 太郎", "山田太郎 太郎 山 山田"),
        ("김민수", "김민수 김 민수"),
        ("محمد علي", "محمد"),
        ("रामेश", "रामेश"),
    ],
)
def test_names_are_compared_across_accents_and_scripts(called: str, names: str) -> None:
    peer = Peer("p", called, None)
    assert [name for name in names.split() if not is_called(peer, name)] == []
    others = ("Marta", "郎", "수", "Олег", "रामू", "علي محمود")
    assert [name for name in others if is_called(peer, name)] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("marta", True),
        ("Marta L.", True),
        ("lindq", True),
        ("l. marta", True),
        ("U-1@EXAMPLE.com", True),
        ("u-1", False),
        ("ma", False),
        ("marta x", False),
        ("", False),
    ],
)
def test_each_word_begins_a_word_of_the_name(name: str, expected: bool) -> None:  # noqa: FBT001
    assert is_called(Peer("p", "Marta Lindqvist", "u-1@example.com"), name) is expected
