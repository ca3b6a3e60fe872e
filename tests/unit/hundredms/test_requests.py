"""What the client asks, and what it takes for an answer."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import jwt
import pytest

from bot.domain.errors import HundredMsUnreachable, Misconfigured
from bot.domain.rooms import Peer, Room
from bot.hundredms.token import TokenSource
from bot.hundredms.workspaces import Credentials, open_workspaces
from bot.investigate.ports import EventQuery
from tests.support.hundredms.client_harness import (
    EMPTY,
    KEY,
    NOW,
    PEER,
    ROOM,
    SECRET,
    SESSION,
    bench,
    page,
)

QUERY = EventQuery(ROOM, "client.join.failed", peer_id=PEER, user_id="ann & bob", session_id="s")


def listing(*rows: object, last: object = "", limit: object = 100) -> httpx.Response:
    return httpx.Response(200, json={"limit": limit, "data": rows, "last": last})


def answer(body: object) -> httpx.Response:
    return httpx.Response(200, json=body)


# ── Tokens ───────────────────────────────────────────────────────────────────────────────────


async def test_the_token_has_the_documented_claims() -> None:
    async with bench() as at:
        await at.client.events(QUERY)
        claims = at.neighbour.claims(0)
    issued = int((NOW - timedelta(seconds=30)).timestamp())
    assert len(claims.pop("jti")) == 36
    assert claims == {
        "access_key": KEY,
        "type": "management",
        "version": 2,
        "iat": issued,
        "nbf": issued,
        "exp": int((NOW + timedelta(hours=24)).timestamp()),
    }


async def test_the_token_is_kept_and_renewed_five_minutes_early() -> None:
    async with bench() as at:
        for hours in (0, 23, 0.9):
            at.move(hours=hours)
            await at.client.events(QUERY)
        at.move(minutes=2)
        await at.client.events(QUERY)
    first, second, third, fourth = at.neighbour.tokens()
    assert first == second == third != fourth


def test_a_short_secret_still_signs_and_nothing_shows_it() -> None:
    source = TokenSource(access_key=KEY, secret="a" * 40, token="", clock=lambda: NOW)
    jwt.decode(source.get(), options={"verify_signature": False})
    assert "aaaa" not in repr(source)
    assert SECRET not in repr(Credentials("main", KEY, SECRET, "hush"))
    assert "hush" not in repr(Credentials("main", KEY, SECRET, "hush"))


@pytest.mark.parametrize(
    "wrong",
    [
        Credentials("main"),
        Credentials("main", KEY),
        Credentials("main", token="t", url="nonsense"),
        Credentials("main", token="t", url="http://host:port/"),
        Credentials("main", token="t", url="ftp://example.test/v2"),
    ],
)
async def test_unusable_settings_name_their_variable(wrong: Credentials) -> None:
    with pytest.raises(Misconfigured, match="HMS_"):
        async with open_workspaces([wrong], clock=lambda: NOW):
            pass


async def test_workspaces_keep_their_order_and_credentials() -> None:
    seen = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.headers["authorization"]))
        return answer({"data": []})

    wanted = [Credentials(name, token=name, url=f"http://{name}.test/v2/") for name in "zab"]
    transport = httpx.MockTransport(note)
    async with open_workspaces(wanted, clock=lambda: NOW, transport=transport) as clients:
        for client in clients.values():
            await client.check()
        assert [client.alias for client in clients.values()] == list(clients) == ["z", "a", "b"]
    assert seen == [(f"{name}.test", f"Bearer {name}") for name in "zab"]


# ── Events ───────────────────────────────────────────────────────────────────────────────────


async def test_the_same_filters_go_with_every_page() -> None:
    cursor = "9b1c:Ab3dEf9:0~base64url=="
    async with bench(page(after=cursor), page()) as at:
        first = await at.client.events(QUERY)
        await at.client.events(QUERY, first.next)
    filters = {
        "room_id": ROOM,
        "type": "client.join.failed",
        "peer_id": PEER,
        "user_id": "ann & bob",
        "session_id": "s",
        "limit": "100",
    }
    assert at.neighbour.queries() == [filters, {**filters, "start": cursor}]
    assert {request.method for request in at.neighbour.asked} == {"GET"}
    assert at.neighbour.asked[0].headers["content-type"] == "application/json"


# ── Rooms ────────────────────────────────────────────────────────────────────────────────────


async def test_a_room_without_its_secrets() -> None:
    body = {
        "id": ROOM,
        "name": "desk",
        "enabled": "true",
        "created_at": "2024-03-24T22:30:41.5Z",
        "recording_info": {"upload_info": {"credentials": {"key": "hush"}}},
        "webhook": {"headers": {"x": "hush"}},
    }
    async with bench(answer(body)) as at:
        room = await at.client.room(ROOM)
    born = datetime(2024, 3, 24, 22, 30, 41, 500000, tzinfo=UTC)
    assert room == Room(ROOM, "main", "desk", enabled=True, created_at=born)
    assert at.neighbour.asked[0].url.path == f"/v2/rooms/{ROOM}"


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_any_other_refusal_means_that_nothing_is_there(status: int) -> None:
    async with bench(httpx.Response(status, json={"message": "no"})) as at:
        assert await at.client.room(ROOM) is None
        assert await at.client.session(SESSION) is None


@pytest.mark.parametrize("body", [{}, {"id": SESSION}, {"id": None}, {"id": {}}])
async def test_another_thing_than_asked_for_is_no_answer(body: object) -> None:
    async with bench(answer(body)) as at:
        assert await at.client.room(ROOM) is None


@pytest.mark.parametrize(
    "bad", ["", "..", "a/b", "a?b=c", "a#b", "a b", "%2e", "\u00e4", "x" * 999]
)
async def test_an_id_that_would_change_the_path_is_never_sent(bad: str) -> None:
    async with bench(answer({"id": bad})) as at:
        assert await at.client.room(bad) is None
        assert await at.client.session(bad) is None
        assert await at.client.room_codes(bad) == ()
    assert at.neighbour.asked == []


async def test_rooms_of_a_name_enabled_and_disabled() -> None:
    def rooms(request: httpx.Request) -> httpx.Response:
        if request.url.params["enabled"] == "true":
            return listing({"id": "1", "name": "Desk"}, {"id": "2", "name": "desk two"}, {}, None)
        return listing({"id": "3", "name": "desk"}, {"name": "desk"}, {"id": "1", "name": "desk"})

    async with bench(rooms) as at:
        found = await at.client.rooms_named("desk")
    assert sorted(room.id for room in found) == ["1", "3"]
    assert {query["name"] for query in at.neighbour.queries()} == {"desk"}


async def test_full_pages_of_rooms_are_followed_a_few_times() -> None:
    count = 0

    def rooms(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        if request.url.params["enabled"] == "false":
            return listing()
        rows = [{"id": f"{count}-{n}", "name": "other"} for n in range(99)]
        return listing(*rows, {"id": str(count), "name": "desk"}, last=f"after-{count}")

    async with bench(rooms) as at:
        assert len(await at.client.rooms_named("desk")) == 3
    assert len(at.neighbour.asked) == 4


async def test_a_name_that_100ms_refuses_has_no_rooms() -> None:
    async with bench(httpx.Response(400, json={"message": "bad name"})) as at:
        assert await at.client.rooms_named("no such & name") == ()


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────


def session(**facts: Any) -> dict[str, Any]:
    return {"id": SESSION, "room_id": ROOM, "created_at": "2026-05-01T09:00:00Z", **facts}


async def test_sessions_are_asked_for_in_100ms_words() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    async with bench(listing(session(), last="more")) as at:
        found = await at.client.sessions(
            active=False,
            room_id=ROOM,
            after=datetime(2026, 5, 1, 14, 30, 0, 123456, tzinfo=india),
            before=NOW,
            start="cursor",
        )
        await at.client.sessions(active=True)
    first, second = at.neighbour.queries()
    assert first == {
        "active": "false",
        "room_id": ROOM,
        "after": "2026-05-01T09:00:00.123Z",
        "before": "2026-05-01T10:00:00.000Z",
        "limit": "100",
        "start": "cursor",
    }
    assert second == {"active": "true", "limit": "100"}
    assert found.last == "", "one row of a hundred: no more"


@pytest.mark.parametrize(
    ("rows", "limit", "last", "expected"),
    [
        (100, 100, "more", "more"),
        (100, 100, "", ""),
        (100, 100, None, ""),
        (99, 100, "more", ""),
        (20, 20, "more", "more"),
        (0, 0, "more", ""),
        (5, None, "more", ""),
    ],
)
async def test_when_a_list_ends(rows: int, limit: object, last: object, expected: str) -> None:
    sessions = [session(id=str(number)) for number in range(rows)]
    async with bench(listing(*sessions, limit=limit, last=last)) as at:
        found = await at.client.sessions(active=True)
    assert (len(found.sessions), found.last) == (rows, expected)


@pytest.mark.parametrize(
    "body", [{}, {"data": None, "last": None}, {"data": [None, {}, {"id": "x"}, 7, []]}]
)
async def test_lists_of_nothing(body: object) -> None:
    async with bench(answer(body)) as at:
        assert (await at.client.sessions(active=True)).sessions == ()
        assert await at.client.room_codes(ROOM) == ()


async def test_a_refused_list_is_not_an_empty_one() -> None:
    async with bench(httpx.Response(400, json={"message": "bad range"})) as at:
        with pytest.raises(HundredMsUnreachable, match="bad range"):
            await at.client.sessions(active=True)


PEERS = {
    PEER.upper(): {
        "id": PEER.upper(),
        "name": "Ann\x00",
        "role": "host",
        "user_id": "ann",
        "joined_at": "2026-05-01T09:00:00Z",
        "left_at": "2026-05-01T09:30:00.5Z",
    },
    "no-id-inside": {"name": "Bob", "left_at": "0001-01-01T00:00:00Z"},
    "broken": 7,
}
ANN = Peer(
    PEER.upper(),
    "Ann",
    "ann",
    "host",
    datetime(2026, 5, 1, 9, 0, tzinfo=UTC),
    datetime(2026, 5, 1, 9, 30, 0, 500000, tzinfo=UTC),
)


@pytest.mark.parametrize("peers", [PEERS, list(PEERS.values())])
async def test_peers_as_a_map_or_a_list(peers: object) -> None:
    async with bench(answer(session(peers=peers))) as at:
        found = await at.client.session(SESSION)
    assert found
    assert found.peers[PEER] == ANN
    bob = found.peers.get("no-id-inside")
    assert isinstance(peers, Sequence) or bob == Peer("no-id-inside", "Bob")


@pytest.mark.parametrize("peers", [None, [], {}, "x", [None, 7, {}]])
async def test_a_session_without_peers(peers: object) -> None:
    async with bench(answer(session(peers=peers))) as at:
        found = await at.client.session(SESSION)
    assert found
    assert found.peers == {}


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        ({"active": True, "updated_at": "2026-05-01T09:10:00Z"}, None),
        ({"active": False, "updated_at": "2026-05-01T10:00:00Z", "peers": PEERS}, "10:00:00"),
        ({"active": "false", "updated_at": "2026-05-01T09:00:00Z", "peers": PEERS}, "09:30:00"),
        ({"active": False, "updated_at": "0001-01-01T00:00:00Z", "peers": PEERS}, "09:30:00"),
        ({"active": False, "updated_at": None}, None),
    ],
)
async def test_when_a_session_ended(facts: dict[str, Any], end: str | None) -> None:
    async with bench(answer(session(**facts))) as at:
        found = await at.client.session(SESSION)
    assert found
    assert (found.ended_at.strftime("%H:%M:%S") if found.ended_at else None) == end
    assert found.active is (facts["active"] is True)


# ── Room codes ───────────────────────────────────────────────────────────────────────────────


async def test_the_codes_of_a_room() -> None:
    rows = [{"code": "abc-defg-hij"}, {"code": "abc-defg-hij"}, {"code": None}, {}, None]
    async with bench(listing(*rows, {"code": "xyz-uvwx-rst"})) as at:
        assert await at.client.room_codes(ROOM) == ("abc-defg-hij", "xyz-uvwx-rst")
    assert at.neighbour.asked[0].url.path == f"/v2/room-codes/room/{ROOM}"


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_a_disabled_room_has_no_codes_for_us(status: int) -> None:
    async with bench(httpx.Response(status, json=EMPTY)) as at:
        assert await at.client.room_codes(ROOM) == ()
    assert len(at.neighbour.asked) == 1
