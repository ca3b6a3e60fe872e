"""Whole bodies, forms and wrapped links, as they are pasted."""

import json
from datetime import UTC, datetime

import pytest

from bot.domain.parsing import MAX_IDS, find_identifiers, parse_query
from bot.domain.query import Identifier, IdentifierKind

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ROOM = "65e1a3b34cba296674838f8b"
SESSION = "6b0c6fb54cba296674838f00"
OTHER = "507f1f77bcf86cd799439011"
PEER = "52c06d19-dca7-5af6-8a23-9361fceb29f9"
EVENT = "0b7c9b1e-3d1f-4b6e-8a55-2f6d0c0e9a11"
LINK = "https://acme.app.100ms.live/meeting/abc-defg-hij"
CODED = "https%3A%2F%2Facme.app.100ms.live%2Fmeeting%2Fabc-defg-hij"


def _told(text: str) -> str:
    clues = parse_query(text, NOW).clues
    return "; ".join(f"{clue.kind} {clue.value}" for clue in clues)


@pytest.mark.parametrize(
    "link",
    [
        f"https://urldefense.com/v3/__{LINK}__;!!AbCdEf123!xyz$",
        (
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.app.100ms.live_meeting_"
            "abc-2Ddefg-2Dhij&d=DwMF&c=x"
        ),
        f"https://urldefense.proofpoint.com/v1/url?u={LINK}&k=x",
        f"https://nam02.safelinks.protection.outlook.com/?url={CODED}&data=05%7C02&reserved=0",
        (
            f"https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Furldefense.com%2Fv3"
            f"%2F__{CODED}__%3B!!x!y%24&data=05"
        ),
        f"https://linkprotect.cudasvc.com/url?a={CODED}&c=E,1,x",
        f"https://secure-web.cisco.com/1abc-xyz/{CODED}",
        (
            "https://eu.protection.sophos.com/?d=100ms.live&u=aHR0cHM6Ly9hY21lLmFwcC4xMDBtcy5saXZlL21l"
            "ZXRpbmcvYWJjLWRlZmctaGlq&i=x"
        ),
        f"https://www.google.com/url?q={LINK}&sa=D&source=calendar",
        f"https://slack-redir.net/link?url={CODED}",
        f"https://l.facebook.com/l.php?u={CODED}%3Fname%3DAnn&h=AT0",
        f"<{LINK}|acme.app.100ms.live/meeting/abc-de…>",
        LINK.upper(),
        f"<{LINK.upper()}|here>",
        CODED,
        CODED.replace("%", "%25"),
        f"{LINK}&amp;utm_source=mail",
    ],
)
def test_a_link_is_read_through_its_wrapping(link: str) -> None:
    assert _told(link) == "code abc-defg-hij"
    assert find_identifiers(f"see {link} please") == (
        Identifier(IdentifierKind.CODE, "abc-defg-hij"),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"https://cdn.100ms.live/beam/{OTHER}/{ROOM}/20261129/x.mp4", f"object {ROOM}"),
        (f"https://cdn.100ms.live/beam/{ROOM}/20261129/x.mp4", f"object {ROOM}"),
        (f"room%3D{ROOM}", f"room {ROOM}"),
        (f"https://x.example/login?next=%2Fjoin%3Froom%3D{ROOM}", f"room {ROOM}"),
        (f"https://x.example/?u=https%3A%2F%2Fm.example%2Fj%3Froom_id%3D{ROOM}", f"room {ROOM}"),
        (f"HTTPS://MEET.EXAMPLE/JOIN?ROOM_ID={ROOM.upper()}", f"room {ROOM}"),
        ("https://protect-eu.mimecast.com/s/xyz?domain=acme.app.100ms.live", ""),
    ],
)
def test_other_links(text: str, told: str) -> None:
    assert _told(text) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            {"id": EVENT, "type": "peer.join.success", "account_id": OTHER,
             "data": {"peer_id": PEER, "room_id": ROOM, "session_id": SESSION, "user_id": "noor"}},
            f"peer {PEER}; room {ROOM}; session {SESSION}",
        ),
        (
            {"id": EVENT, "type": "session.close.success", "app_id": OTHER,
             "data": {"room_id": ROOM, "session_id": SESSION}},
            f"room {ROOM}; session {SESSION}",
        ),
        (
            {"type": "beam.recording.success", "id": EVENT,
             "data": {"peer_id": PEER, "room_id": ROOM, "session_id": SESSION, "beam_id": OTHER}},
            f"room {ROOM}; session {SESSION}",
        ),
        (
            {"room": {"id": ROOM}, "peer": {"id": PEER}, "requestId": EVENT},
            f"room {ROOM}; peer {PEER}",
        ),
        ({"_id": EVENT, "hmsRoomId": ROOM, "call_id": EVENT}, f"room {ROOM}"),
        ({"meeting": {"_id": OTHER, "hmsRoomId": ROOM}, "peerId": PEER},
         f"object {OTHER}; room {ROOM}; peer {PEER}"),
        ({"id": EVENT}, f"uuid {EVENT}"),
        ({"id": ROOM, "name": "math", "enabled": True, "customer_id": OTHER}, f"object {ROOM}"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("wrapper", ["{}", "```\n{}\n```", "what is wrong here? {}"])
def test_a_body_is_pasted_whole(body: object, told: str, indent: int | None, wrapper: str) -> None:
    assert _told(wrapper.format(json.dumps(body, indent=indent))) == told
    assert _told(wrapper.format(json.dumps(json.dumps(body)))) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"Room ID - {ROOM}\nPeer ID — {PEER}\nUser: Noor", f"room {ROOM}; peer {PEER}"),
        (f"peer {PEER} user_id=noor in {ROOM}", f"peer {PEER}; room {ROOM}"),
        (f"peers {PEER} and {EVENT} in {ROOM}", f"peer {PEER}; peer {EVENT}; room {ROOM}"),
        (f"order id: {EVENT} room {ROOM}", f"room {ROOM}"),
        (f"orderId={OTHER} hms_room={ROOM}", f"object {OTHER}; room {ROOM}"),
        (f"user noor and {PEER}", f"user noor; uuid {PEER}"),
        (f"user {PEER} could not join room {ROOM}", f"user {PEER}; room {ROOM}"),
    ],
)
def test_forms(text: str, told: str) -> None:
    assert _told(text) == told


def test_of_very_many_things_the_first_are_looked_up_and_the_rest_is_counted() -> None:
    text = " ".join(f"{ROOM[:-3]}{number:03x}" for number in range(50))
    question = parse_query(text, NOW)
    assert len(question.clues) == MAX_IDS
    assert "left out 30" in question.remarks[0]
