"""Texts that say more than the code: each rule hits what it should, and nothing that is near."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.catalogue import load_catalogue
from bot.domain.events import Agent
from tests.support.events import make_event

CATALOGUE = load_catalogue()
RULES = {entry.key for entry in CATALOGUE.entries if entry.rule}
PAIR = "local candidate - candidate:1 1 udp 9 [ip] [port] typ relay; remote candidate - undefined"

JOIN = {"type": "client.join.failed"}

HITS: list[tuple[str, int | None, str | None, dict[str, Any]]] = [
    ("gateway-page", 503, "web", {"error_message": "Unexpected token '<', \"<html>\" is not"}),
    ("gateway-page", 500, "ios", {"error_description": "JSON parse error: unexpected end"}),
    ("proxy-sign-in", 407, "web", {}),
    ("proxy-sign-in", 511, "android", {"error_message": "Network Authentication Required"}),
    ("other-server-answered", 200, "web", {"error_message": "Unexpected token '<' is not valid"}),
    ("other-server-answered", 403, "web", {"error_description": "JSON.parse: unexpected x"}),
    (
        "other-server-answered",
        None,
        "web",
        {"error_message": "did not match the expected pattern."},
    ),
    ("page-exception", 500, "web", {"error_message": "Cannot read properties of undefined (x)"}),
    ("page-exception", 500, "web", {"error_description": "t is not a function"}),
    (
        "connection-not-constructed",
        None,
        "web",
        {"error_message": "Failed to construct 'WebSocket'"},
    ),
    ("browser-could-not-reach", None, "web", {"error_name": "TypeError", "error_message": "Échec"}),
    ("browser-could-not-reach", 0, "web", {"error_message": "The Internet connection is offline."}),
    ("closed-by-far-end", 1003, "web", {"error_description": "code: 1012, unexpected close"}),
    (
        "screen-share-not-offered",
        3001,
        "web",
        {
            "error_message": "x - screen",
            "error_description": "No transient activation",
            "type": "client.publish.failed",
        },
    ),
    (
        "screen-share-not-offered",
        3000,
        "web",
        {
            "error_message": "getDisplayMedia requires transient activation from a user gesture",
            "type": "client.publish.failed",
        },
    ),
    (
        "screen-share-not-offered",
        3001,
        "web",
        {
            "error_message": 'feature "display-capture" is disallowed by permissions policy',
            "type": "client.publish.failed",
        },
    ),
    (
        "screen-share-not-offered",
        3001,
        "web",
        {
            "error_message": "x - screen",
            "error_description": "Invalid state",
            "type": "client.publish.failed",
        },
    ),
    (
        "screen-refused-by-system",
        3001,
        "web",
        {
            "error_message": "x - screen",
            "error_description": "Permission denied by system",
            "type": "client.publish.failed",
        },
    ),
    ("endpoint-hidden-404", 2003, "web", {"error_message": "Endpoint is not reachable"}),
    ("role-limit-reached", 400, "web", {"error_message": "Role Limit Reached "}),
    ("role-limit-reached", 500, "ios", {"error_description": "join: role limit reached for x"}),
    ("role-limit-reached", None, None, {"error_message": "role limit reached"}),
    ("role-not-allowed", None, None, {"error_name": "role not allowed"} | JOIN),
    ("duplicate-peer", None, None, {"error_name": "duplicate peer id"} | JOIN),
    ("join-cut-off", None, None, {"error_name": "network disconnection"} | JOIN),
    (
        "removed-by-server",
        None,
        None,
        {"error_name": "server removed peer", "type": "client.disconnected"},
    ),
    ("account-disabled", 1000, "web", {"endpoint": "wss://account-disabled.example/ws"}),
    ("account-disabled", 2003, "android", {"error_description": "host account-disabled.example"}),
    (
        "left-while-joining",
        6013,
        "web",
        {"error_message": "leave called before join could complete"},
    ),
    ("left-while-joining", 6013, None, {"error_description": "Leave called before join could end"}),
    ("screen-share-cancelled", 3001, "web", {"error_message": "User denied - screen"}),
    ("screen-share-cancelled", 3001, "android", {"error_message": "Screen capture denied"}),
    ("screen-share-cancelled", 3001, "web", {"extras": (("Track type", "screen"),)}),
    ("screen-recording-denied", 3011, "web", {"error_message": "Denied by system - screen"}),
    ("screen-recording-denied", 3011, "web", {"extras": (("track_type", "screen"),)}),
    ("token-refused-on-reconnect", 401, "web", {"type": "client.disconnected"}),
    ("token-refused-on-reconnect", 403, "ios", {"type": "client.disconnected"}),
    ("endpoint-blocked-or-offline", 2003, "web", {"error_description": "Failed to fetch"}),
    ("endpoint-blocked-or-offline", 2003, "web", {"error_message": "x - Load failed"}),
    ("endpoint-blocked-or-offline", 2003, "ios", {"error_description": "NetworkError when…"}),
    ("endpoint-blocked-or-offline", 2003, "android", {"error_description": "ECONNRESET"}),
    ("endpoint-blocked-or-offline", 2003, "web", {"error_description": "The request timed out."}),
    ("endpoint-hidden-404", 2003, "web", {"error_description": "Not Found"}),
    ("endpoint-hidden-404", 2003, "web", {"error_description": "no such room"}),
    ("endpoint-hidden-404", 2003, "web", {"error_message": "Endpoint is not reachable - 404"}),
    ("device-went-offline", 1003, "web", {"error_description": "Window network offline"}),
    ("device-went-offline", None, None, {"error_message": "window network OFFLINE."}),
    ("signalling-went-silent", 1003, "web", {"error_description": "ping pong failure"}),
    (
        "signalling-went-silent",
        1003,
        "web",
        {
            "error_description": "ping pong failure. [SignalDisconnect] Could not recover "
            "after 60012 milliseconds"
        },
    ),
    ("dtls-timeout", 4005, "web", {"error_description": "DTLS transport state new timeout:5000ms"}),
    ("dtls-timeout", 4005, "ios", {"error_message": "dtls handshake timed out"}),
    (
        "media-path-failed-in-browser",
        None,
        "web",
        {
            "type": "client.publish.failed",
            "error_name": "RTCError",
            "error_message": "DTLS transport failed",
        },
    ),
    (
        "media-path-never-found",
        4005,
        "web",
        {"error_description": "local candidate - undefined; remote candidate - undefined"},
    ),
    ("media-path-never-found", 4006, "ios", {"error_description": "local candidate - undefined"}),
]

MISSES: list[tuple[str, str, int | None, str | None, dict[str, Any]]] = [
    ("gateway-page", "gateway-unavailable", 503, "web", {"error_message": "Service Unavailable"}),
    ("proxy-sign-in", "range-refused", 409, "web", {}),
    ("other-server-answered", "forbidden", 403, "web", {"error_message": "room is disabled"}),
    (
        "other-server-answered",
        "set-remote-description-failed",
        4004,
        "web",
        {
            "error_message": "The string did not match the expected pattern.",
            "type": "client.publish.failed",
        },
    ),
    ("page-exception", "server-error", 500, "web", {"error_message": "sfu join failed"}),
    ("page-exception", "server-error", 500, "ios", {"error_message": "x is not a function"}),
    ("connection-not-constructed", "plain-browser-error", 0, "web", {"error_name": "RTCError"}),
    ("browser-could-not-reach", "plain-browser-error", 0, "web", {"error_name": "AbortError"}),
    (
        "browser-could-not-reach",
        "connection-not-constructed",
        0,
        "web",
        {"error_name": "TypeError", "error_message": "Failed to construct 'WebSocket': x"},
    ),
    (
        "closed-by-far-end",
        "signalling-lost",
        1003,
        "web",
        {"error_description": "code: 1006, unexpected close"},
    ),
    (
        "screen-share-not-offered",
        "screen-share-cancelled",
        3001,
        "web",
        {
            "error_message": "x - screen",
            "error_description": "Permission denied by user",
            "type": "client.publish.failed",
        },
    ),
    (
        "screen-share-not-offered",
        "capture-denied",
        3001,
        "web",
        {
            "error_message": "x - video",
            "error_description": "Invalid state",
            "type": "client.publish.failed",
        },
    ),
    (
        "screen-refused-by-system",
        "capture-denied",
        3001,
        "web",
        {
            "error_message": "x - video",
            "error_description": "Permission denied by system",
            "type": "client.publish.failed",
        },
    ),
    (
        "join-cut-off",
        "server-error",
        500,
        "web",
        {"error_message": "network disconnection", "type": "client.join.failed"},
    ),
    (
        "duplicate-peer",
        "already-joined",
        5001,
        "web",
        {"error_message": "duplicate peer id", "type": "client.join.failed"},
    ),
    (
        "role-not-allowed",
        "invalid-role",
        6008,
        "web",
        {"error_message": "role not allowed", "type": "client.join.failed"},
    ),
    (
        "removed-by-server",
        "signalling-lost",
        1003,
        "web",
        {"error_message": "server removed peer", "type": "client.disconnected"},
    ),
    ("role-limit-reached", "invalid-role", 6008, "web", {"error_message": "role not reached"}),
    ("role-limit-reached", "server-error", 500, "web", {"error_message": "rate limit reached"}),
    ("account-disabled", "forbidden", 403, "web", {"error_message": "room is disabled"}),
    (
        "account-disabled",
        "socket-did-not-open",
        1000,
        "web",
        {"endpoint": "wss://my-account.example"},
    ),
    ("left-while-joining", "validation-failed", 6013, "web", {"error_message": "leave the role"}),
    (
        "left-while-joining",
        "not-connected",
        6000,
        "web",
        {"error_message": "leave called after join"},
    ),
    ("screen-share-cancelled", "capture-denied", 3001, "web", {"error_message": "Denied - video"}),
    (
        "screen-share-cancelled",
        "capture-denied",
        3001,
        "web",
        {"error_message": "Denied - video (touchscreen camera)"},
    ),
    ("screen-share-cancelled", "device-in-use", 3003, "web", {"error_message": "Busy - screen"}),
    (
        "screen-share-cancelled",
        "capture-denied",
        3001,
        "web",
        {"error_message": "Denied - audio", "extras": (("track_type", "audio"),)},
    ),
    (
        "screen-recording-denied",
        "system-denied-permission",
        3011,
        "web",
        {"error_message": "Denied by system - audio, video"},
    ),
    ("screen-recording-denied", "mic-capture-failed", 3011, "ios", {"error_message": "mic"}),
    ("token-refused-on-reconnect", "unauthorised", 401, "web", {"type": "client.connect.failed"}),
    ("token-refused-on-reconnect", "forbidden", 403, "web", {"type": "client.connect.failed"}),
    ("token-refused-on-reconnect", "server-error", 500, "web", {"type": "client.disconnected"}),
    ("endpoint-blocked-or-offline", "endpoint-unreachable", 2003, "web", {"error_description": ""}),
    (
        "endpoint-blocked-or-offline",
        "browser-could-not-reach",
        0,
        "web",
        {"error_name": "TypeError", "error_message": "Failed to fetch"},
    ),
    ("endpoint-hidden-404", "endpoint-unreachable", 2003, "android", {"error_description": "room"}),
    ("endpoint-hidden-404", "endpoint-unreachable", 2003, None, {"error_description": "room"}),
    ("endpoint-hidden-404", "endpoint-unreachable", 2003, "web", {"error_description": " - "}),
    ("device-went-offline", "signalling-lost", 1003, "web", {"error_description": "went offline"}),
    (
        "signalling-went-silent",
        "signalling-lost",
        1003,
        "web",
        {"error_description": "ping failure"},
    ),
    ("dtls-timeout", "ice-failure", 4005, "web", {"error_description": "state failed; timeout"}),
    (
        "media-path-failed-in-browser",
        "plain-browser-error",
        None,
        "web",
        {
            "type": "client.publish.failed",
            "error_name": "RTCError",
            "error_message": "DTLS role conflict",
        },
    ),
    ("dtls-timeout", "ice-failure", 4005, "web", {"error_description": "DTLS failed"}),
    ("media-path-never-found", "ice-failure", 4005, "web", {"error_description": PAIR}),
    (
        "media-path-never-found",
        "unknown-negotiation",
        6002,
        "web",
        {"error_description": "local candidate - undefined"},
    ),
]


def key_of(code: int | None, sdk: str | None, fields: dict[str, Any]) -> str:
    facts = {"type": "client.connect.failed", **fields}
    event = make_event(
        id="e1",
        at=datetime(2030, 1, 1, tzinfo=UTC),
        stamp="2030-01-01T00:00:00Z",
        error_code=code,
        agent=Agent(sdk=sdk),
        **facts,
    )
    return CATALOGUE.explain(event).entry.key


@pytest.mark.parametrize(("key", "code", "sdk", "fields"), HITS)
def test_rule_hits(key: str, code: int | None, sdk: str | None, fields: dict[str, Any]) -> None:
    assert key_of(code, sdk, fields) == key


@pytest.mark.parametrize(("rule", "key", "code", "sdk", "fields"), MISSES)
def test_rule_leaves_its_neighbours_alone(
    rule: str, key: str, code: int | None, sdk: str | None, fields: dict[str, Any]
) -> None:
    assert rule in RULES
    assert key_of(code, sdk, fields) == key


def test_every_rule_has_hits_and_near_misses() -> None:
    assert {hit[0] for hit in HITS} == RULES
    assert {miss[0] for miss in MISSES} == RULES


def test_a_text_at_the_end_of_a_huge_description_is_found() -> None:
    huge = "x" * 100_000
    assert key_of(1003, "web", {"error_description": huge + "ping pong failure"}) == (
        "signalling-went-silent"
    )
    assert key_of(1003, "web", {"error_description": "ping pong failure" + huge}) == (
        "signalling-went-silent"
    )


@pytest.mark.parametrize(
    "piece",
    [" ", "a", "\n", "dtls ", "dtls", "time", "local candidate - ", "leave called ", "👩‍💻", "("],
)
def test_100_kb_of_hostile_text_are_read_at_once(piece: str) -> None:
    """A pattern that backtracks without end would run into the test's time limit."""
    text = piece * (100_000 // len(piece))
    for code in (None, 2003, 3001, 3011, 4005, 6013):
        key_of(code, "web", dict.fromkeys(("error_message", "error_description", "endpoint"), text))
        key_of(code, text, {"error_name": text, "extras": ((text, text),)})
    for entry in CATALOGUE.entries:
        for _, pattern in entry.match:
            re.search(pattern, text, re.IGNORECASE)
