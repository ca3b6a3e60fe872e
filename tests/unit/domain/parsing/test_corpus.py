"""Texts as people paste them, and what each names."""

import base64
import json
from datetime import UTC, datetime

import pytest

from bot.domain.parsing import find_identifiers, parse_query
from bot.domain.query import Identifier, IdentifierKind

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
H = "65af0000aa11bb22cc33dd44"
S = "66ac1111aa11bb22cc33dd55"
U = "0a1b2c3d-1111-4222-8333-444455556666"
V = "9f8e7d6c-2222-4333-9444-555566667777"
C = "abc-defg-hij"


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _token(**payload: object) -> str:
    return f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(payload)}.made-up_signature"


T = _token(room_id=H, user_id="ann", role="host", type="app")
MANAGEMENT = _token(access_key=S, type="management")
APP = "https://acme.app.100ms.live"

QUESTIONS: list[tuple[str, str]] = [
    # 24 hex digits
    (H, f"object {H}"),
    (H.upper(), f"object {H}"),
    (f"  {H}\n", f"object {H}"),
    (f"room {H}", f"room {H}"),
    (f"Room: {H}", f"room {H}"),
    (f"ROOM:{H}", f"room {H}"),
    (f"room={H}", f"room {H}"),
    (f"room_id={H}", f"room {H}"),
    (f"room-id: {H}", f"room {H}"),
    (f"roomId:{H.upper()}", f"room {H}"),
    (f"room id {H}", f"room {H}"),
    (f"session {S}", f"session {S}"),
    (f"session:{S}", f"session {S}"),
    (f"Session ID - {S}", f"session {S}"),
    (f"session=`{S}`", f"session {S}"),
    (f"session is {S}", f"session {S}"),
    (f"user {H}", f"user {H}"),
    (f"peer {H}", f"object {H}"),
    (f"in {H}", f"room {H}"),
    (f"{H} {S}", f"object {H}; object {S}"),
    (f"room {H} session {S}", f"room {H}; session {S}"),
    (f"what failed in the call {H} yesterday?", f"object {H}"),
    (f"why did {H} fail", f"object {H}"),
    (f"the room was broken {H}", f"object {H}"),
    (f"{H} {H}", f"object {H}"),
    (f"{H} room {H.upper()}", f"room {H}"),
    (H[:-1], f"name {H[:-1]}"),
    (H + "0", f"name {H}0"),
    (H[:-1] + "g", f"name {H[:-1]}g"),
    (H + S, f"name {H}{S}"),
    # UUIDs
    (U, f"uuid {U}"),
    (U.upper(), f"uuid {U.upper()}"),
    (f"peer {U}", f"peer {U}"),
    (f"peer:{U.upper()}", f"peer {U.upper()}"),
    (f"peerId={U}", f"peer {U}"),
    (f"Peer ID: {U}", f"peer {U}"),
    (f"room {U}", f"name {U}"),
    (f"room:{U}", f"name {U}"),
    (f"user {U}", f"user {U}"),
    (f"user:{U}", f"user {U}"),
    (f"session {U}", f"uuid {U}"),
    (f"{U} {V}", f"uuid {U}; uuid {V}"),
    (f"{{{U}}}", f"uuid {U}"),
    (f"{U} peer {U.upper()}", f"peer {U.upper()}"),
    (f"{U}, {V}.", f"uuid {U}; uuid {V}"),
    # a peer in a room
    (f"{U} in {H}", f"uuid {U}; room {H}"),
    (f"peer {U} in {H}", f"peer {U}; room {H}"),
    (f"{U} in storm", f"uuid {U}; name storm"),
    (f"{U} in the storm", f"uuid {U}; name storm"),
    (f"peer {U} in room storm", f"peer {U}; name storm"),
    (f"{U} in room {H}", f"uuid {U}; room {H}"),
    (f"{U} in session {S}", f"uuid {U}; session {S}"),
    (f"{U} in {V}", f"uuid {U}; name {V}"),
    (f"{U} since 2h in storm", f"uuid {U}; name storm"),
    (f"peer {U} in {APP}/meeting/{C}", f"peer {U}; code {C}"),
    (f'{U} in "daily standup"', f"uuid {U}; name daily standup"),
    (f"{U} is broken in production", f"uuid {U}"),
    (f"room crashed for peer {U}", f"peer {U}"),
    (f"storm {U}", f"uuid {U}"),
    ("room storm in the evening", "name storm"),
    (f"{H} in production", f"object {H}"),
    # users
    ("user:ann@example.com", "user ann@example.com"),
    ("user ann@example.com", "user ann@example.com"),
    ("User: ann", "user ann"),
    ("user_id=42", "user 42"),
    ("userId:ann", "user ann"),
    ('user "Ann Smith"', "user Ann Smith"),
    ("user 'Ann Smith'", "user Ann Smith"),
    ("user “Ann Smith”", "user Ann Smith"),
    ("user:«Ann Smith»", "user Ann Smith"),
    ("user:ann:smith", "user ann:smith"),
    ("user:*ann*", "user ann"),
    ("user:`ann`", "user ann"),
    ("user:<mailto:ann@example.com|ann@example.com>", "user ann@example.com"),
    ("user ann in storm", "user ann; name storm"),
    ("user:ann in room storm", "user ann; name storm"),
    (f"user ann in {H}", f"user ann; room {H}"),
    ('"Ann Smith"', "user Ann Smith"),
    ('"Ann Smith" in storm', "user Ann Smith; name storm"),
    ("ann@example.com", "user ann@example.com"),
    ("ann@example.com in storm", "user ann@example.com; name storm"),
    ("the end user app", ""),
    (f"user reports that {H} fails", f"object {H}"),
    ("user 日本", "user 日本"),
    # names
    ("storm", "name storm"),
    ("sample-publish", "name sample-publish"),
    ("Sample.Room:1_a-b", "name Sample.Room:1_a-b"),
    ("room sample-publish", "name sample-publish"),
    ("room:sample-publish", "name sample-publish"),
    ("ROOM sample-publish", "name sample-publish"),
    ("room: sample-publish", "name sample-publish"),
    ("room name: storm", "name storm"),
    ("room named storm", "name storm"),
    ('room "daily standup"', "name daily standup"),
    ("in storm", "name storm"),
    ("in room storm", "name storm"),
    ("`storm`", "name storm"),
    ("*storm*", "name storm"),
    ("_storm_", "name storm"),
    ("“storm”", "name storm"),
    ("(storm)", "name storm"),
    ("storm?", "name storm"),
    ("storm,", "name storm"),
    ("<http://stand.up|stand.up>", "name stand.up"),
    ("room help", "name help"),
    ("room private", "name private"),
    ("room:since", "name since"),
    ("room peer", "name peer"),
    ('"help"', "name help"),
    ("end-user-app", "name end-user-app"),
    (C, f"name {C}"),
    ("storm since 2h", "name storm"),
    ("last 3d storm type join private", "name storm"),
    ("/room-errors storm", "name storm"),
    ("<@U123ABC> storm", "name storm"),
    ("<@U123ABC|doctor> storm", "name storm"),
    ("<#C12|general> storm", "name storm"),
    (f"class-{H}", f"name class-{H}"),
    (f"room class-{H}", f"name class-{H}"),
    (f"room:class-{U}", f"name class-{U}"),
    ("what happened here", ""),
    ("our room is broken", ""),
    ("storm rain", "name storm; name rain"),
    ("foo/bar", ""),
    ("peer:ann", ""),
    ("session:ann", ""),
    ("🦆", ""),
    ("?", ""),
    ("x" * 300, ""),
    ("user:" + "x" * 300, ""),
    # codes
    (f"code:{C}", f"code {C}"),
    (f"code {C}", f"code {C}"),
    (f"Code: {C.upper()}", f"code {C}"),
    (f"room code {C}", f"code {C}"),
    ("code:abc-def-ghi", "code abc-def-ghi"),
    ("code: ab12-cd34-ef56", "code ab12-cd34-ef56"),
    ("error code 4006", ""),
    ("code:4006", ""),
    # links to an app
    (f"{APP}/{C}", f"code {C}"),
    (f"{APP}/meeting/{C}", f"code {C}"),
    (f"{APP}/meeting/{C}/", f"code {C}"),
    (f"{APP}/preview/{C}?name=Ann&skip_preview=true", f"code {C}"),
    (f"{APP}/streaming/meeting/{C}", f"code {C}"),
    (f"{APP}/streaming/preview/{C}#x", f"code {C}"),
    (f"{APP}/streaming/{C}", f"code {C}"),
    (f"{APP}/preview/abc-def-ghi", "code abc-def-ghi"),
    (f"https://app.100ms.live/meeting/{C}", f"code {C}"),
    (f"https://acme.qa-app.100ms.live/meeting/{C}", f"code {C}"),
    (f"https://acme.qa.app.100ms.live/meeting/{C}", f"code {C}"),
    (f"HTTPS://ACME.APP.100MS.LIVE/meeting/{C}", f"code {C}"),
    (f"acme.app.100ms.live/meeting/{C}", f"code {C}"),
    (f"{APP}/meeting/{H}/host", f"room {H}"),
    (f"{APP}/preview/{H}/guest/", f"room {H}"),
    (f"{APP}/preview/{H}?token={T}", f"room {H}"),
    (f"{APP}/meeting/{H}?auth_token={T}&name=x", f"room {H}"),
    (f"{APP}/meeting/{C}?auth_token={T}", f"code {C}; room {H}"),
    (f"{APP}/meeting/{C}?userId={U}", f"code {C}"),
    (f"<{APP}/meeting/{C}|join here>", f"code {C}"),
    (f"<{APP}/meeting/{C}?a=1&amp;token={T}>", f"code {C}; room {H}"),
    (f"<{APP}/meeting/{C}|acme.app.100ms.live/meeting/{C}>", f"code {C}"),
    (f"({APP}/meeting/{C}).", f"code {C}"),
    (f"*{APP}/meeting/{C}*", f"code {C}"),
    (f"room {APP}/meeting/{H}/host {H}", f"room {H}"),
    (f"{APP}/meeting/{C} {APP}/preview/{C}", f"code {C}"),
    (f"{APP}/meeting/{C} {H}", f"code {C}; object {H}"),
    (f"{APP}/", ""),
    # links to elsewhere
    (f"https://dashboard.100ms.live/session-details/{S}", f"session {S}"),
    (f"https://dashboard.100ms.live/rooms/{H}", f"room {H}"),
    (f"https://dashboard.100ms.live/templates/{S}", ""),
    ("https://dashboard.100ms.live/events-inspector", ""),
    (f"https://api.100ms.live/v2/sessions/{S}", f"session {S}"),
    (f"https://api.100ms.live/v2/analytics/events?room_id={H}&type=x", f"room {H}"),
    (f"https://meet.example.com/preview/{C}", f"code {C}"),
    (f"https://meet.example.com/streaming/meeting/{C}", f"code {C}"),
    (f"https://meet.example.com/{C}", ""),
    (f"https://meet.example.com/meeting/{H}/host", f"room {H}"),
    (f"https://class.example.com/live?authToken={T}", f"room {H}"),
    (f"https://x.example.com/go?auth_token={MANAGEMENT}", ""),
    (f"https://100ms.live.example.com/{C}", ""),
    (f"https://x.app.100ms.live@example.com/{C}", ""),
    ("https://acme.zendesk.com/tickets/123", ""),
    (f"https://logs.example.com/search?q={U}", f"uuid {U}"),
    (f"https://logs.example.com/{H}/raw", f"object {H}"),
    (f"https://x.example.com/?token={U}", ""),
    ("https://[bad", ""),
    (f"https://x.example.com/?u=https%3A%2F%2Fa.app.100ms.live%2Fmeeting%2F{C}", f"code {C}"),
    # tokens
    (T, f"room {H}"),
    (f"Bearer {T}", f"room {H}"),
    (f"token: {T} for user ann", f"room {H}; user ann"),
    (f"room:{T}", f"room {H}"),
    (MANAGEMENT, ""),
    (_token(room_id=7), ""),
    ("eyJhbGciOi.eyJ-not-json.x", ""),
    # wrappings
    (f"`{H}`", f"object {H}"),
    (f"```\n{H}\n```", f"object {H}"),
    (f"<{H}>", f"object {H}"),
    (f"&lt;{H}&gt;", f"object {H}"),
    (f"“{H}”", f"object {H}"),
    (f"*{H}*", f"object {H}"),
    (f"_{H}_", f"object {H}"),
    (f"~{U}~", f"uuid {U}"),
    (f"({U})", f"uuid {U}"),
    (f"{U}…", f"uuid {U}"),
    (f"{U}!", f"uuid {U}"),
    (f"\u200b{U}\u200b", f"uuid {U}"),
    (f"room\u00a0{H}", f"room {H}"),
    (U.replace("-", "\u2011"), f"uuid {U}"),
    (f"“room {H}”", f"room {H}"),
    (f'{{"room_id": "{H}"}}', f"room {H}"),
    (f'{{\\"peer_id\\": \\"{U}\\"}}', f"peer {U}"),
    # other things' ids
    (f"template_id: {S}", ""),
    (f"track id {U}", ""),
    (f"event id: {U}", ""),
    (f"account_id={S} room_id={H}", f"room {H}"),
]  # fmt: skip

LONG_TEXTS: list[tuple[str, str]] = [
    ("", ""),
    ("The end-user app has a well-known-bug in room storm", ""),
    (f"Room ID: {H}\nSession ID: {S}\nPeer: {U}", f"room {H}; session {S}; peer {U}"),
    (f"*Room ID*\n{H}\n*Peer ID*\n{U}", f"room {H}; peer {U}"),
    (f"session_id={S}&peer_id={U}", f"session {S}; peer {U}"),
    (f'{{"room_id":"{H}","peerId":"{U}","user_id":"ann 1"}}',
     f"room {H}; peer {U}; user ann 1"),
    (f"template_id {S} room {H}", f"room {H}"),
    (f"Beam: {S}, recording id: {S}, account: {S}", ""),
    (f"Event ID: {U}; track_id={V}", ""),
    (f"{H}.json", f"object {H}"),
    (f"session-{S}.log", f"session {S}"),
    (f"failed in {H}", f"object {H}"),
    (f"See <{APP}/meeting/{C}|the call> and {U}", f"code {C}; uuid {U}"),
    (f"room code: {C}", f"code {C}"),
    (f"the code {C} fails", ""),
    ("User: Ann left early", ""),
    ("user: ann@example.com left", "user ann@example.com"),
    ("user:ann left", "user ann"),
    ('"user_id": null', ""),
    (f"they left the room\n{U} stayed", f"uuid {U}"),
    (f"token {T} and {S}", f"room {H}; object {S}"),
    (f"a=candidate:1 1 udp 9 {U}.local 9 typ host", ""),
    (f"{APP}\\/meeting\\/{C}\\n{H}", f"code {C}; object {H}"),
    (f"peers: [{U}, {V}]", f"peer {U}; peer {V}"),
    (f"sha1 {H}{S}", ""),
]  # fmt: skip


def _told(clues: tuple[Identifier, ...]) -> str:
    return "; ".join(f"{clue.kind} {clue.value}" for clue in clues)


@pytest.mark.parametrize(("text", "expected"), QUESTIONS)
def test_question_names(text: str, expected: str) -> None:
    assert _told(parse_query(text, NOW).clues) == expected


@pytest.mark.parametrize(("text", "expected"), LONG_TEXTS)
def test_long_text_names(text: str, expected: str) -> None:
    assert _told(find_identifiers(text)) == expected


@pytest.mark.parametrize(
    ("text", "expect", "expected"),
    [
        (U, IdentifierKind.ROOM, f"name {U}"),
        (H, IdentifierKind.ROOM, f"object {H}"),
        ("storm", IdentifierKind.ROOM, "name storm"),
        (f"peer {U}", IdentifierKind.ROOM, f"peer {U}"),
        (f"{APP}/{C}", IdentifierKind.ROOM, f"code {C}"),
        (U, IdentifierKind.PEER, f"peer {U}"),
        (f"{U} in storm", IdentifierKind.PEER, f"peer {U}; name storm"),
        (f"{U} in {V}", IdentifierKind.PEER, f"peer {U}; name {V}"),
        (f"{U} in {H}", IdentifierKind.PEER, f"peer {U}; room {H}"),
        (H, IdentifierKind.PEER, f"object {H}"),
        ("storm", IdentifierKind.PEER, "name storm"),
        ('"Ann" in storm', IdentifierKind.PEER, "user Ann; name storm"),
        ("marta in storm since 2h", IdentifierKind.PEER, "person marta; name storm"),
        (f"Marta L. in {H}", IdentifierKind.PEER, f"person Marta L.; object {H}"),
        ("marta in storm", None, "person marta; name storm"),
        ("marta lindqvist", IdentifierKind.PEER, "person marta lindqvist"),
        ("errors in storm", IdentifierKind.PEER, "name storm"),
        ("one bad user", None, "name one bad user"),
    ],
)
def test_the_command_tells_what_a_bare_id_is(
    text: str, expect: IdentifierKind | None, expected: str
) -> None:
    assert _told(parse_query(text, NOW, expect=expect).clues) == expected


def test_the_corpus_is_large() -> None:
    assert len(QUESTIONS) + len(LONG_TEXTS) >= 200
