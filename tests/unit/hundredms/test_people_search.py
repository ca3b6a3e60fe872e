"""A page is read without its people only where the person sought is certainly not on it."""

import json

import httpx
import pytest

from tests.support.hundredms.client_harness import PEER, ROOM, SESSION, bench

PEERS = {PEER: {"id": PEER, "name": "Asha", "user_id": "asha@example.com"}}


def listed(text: str = "") -> httpx.Response:
    row = {"id": SESSION, "room_id": ROOM, "active": False, "peers": PEERS}
    body = text or json.dumps({"limit": 100, "data": [row], "last": ""})
    return httpx.Response(200, content=body.encode())


@pytest.mark.parametrize(
    ("naming", "peers"),
    [
        ("", 1),
        (PEER, 1),
        (PEER.upper(), 1),
        ("asha@example.com", 1),
        ("ASHA@example.com", 1),  # whether case counts is for the search to say
        ("somebody & else", 1),  # it may be written as an escape
        ("somebody", 0),
        ("00000000-0000-4000-8000-000000000000", 0),
    ],
)
async def test_people_are_read_where_the_page_may_name_the_one_sought(
    naming: str, peers: int
) -> None:
    async with bench(listed()) as one:
        page = await one.client.sessions(active=False, naming=naming)
    assert [session.id for session in page.sessions] == [SESSION]
    assert len(page.sessions[0].peers) == peers


async def test_an_escaped_letter_hides_nobody() -> None:
    row = {"id": SESSION, "room_id": ROOM, "peers": PEERS}
    text = json.dumps({"limit": 100, "data": [row]}).replace("asha@", "\\u0061sha@")
    async with bench(listed(text)) as one:
        page = await one.client.sessions(active=False, naming="asha@example.com")
    assert [peer.user_id for peer in page.sessions[0].peers.values()] == ["asha@example.com"]


@pytest.mark.parametrize("text", ['{"data": null}', '{"data": [null, 7]}', "{}"])
async def test_odd_pages_are_read_as_ever(text: str) -> None:
    async with bench(listed(text)) as one:
        page = await one.client.sessions(active=False, naming=PEER)
    assert page.sessions == ()
