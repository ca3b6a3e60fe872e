"""Credentials are cut under any name, and prose stays."""

import pytest

from bot.domain.privacy.credentials import hide_credentials
from bot.hundredms.error_events import parse_agent
from bot.hundredms.lenient import sanitize

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJVadQssw5c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("access_token=abc&x=1", "access_token=[hidden]&x=1"),
        ("api_key=a sig=b&key=c pwd=d", "api_key=[hidden] sig=[hidden]&key=[hidden] pwd=[hidden]"),
        ("credential=x token: x", "credential=[hidden] token: [hidden]"),
        ('{"auth_token":"x","a":1}', '{"auth_token":"[hidden]","a":1}'),
        (r"{\"authToken\":\"x y\"}", r"{\"authToken\":\"[hidden]\"}"),
        ("token%3Dx", "token%3D[hidden]"),
        ("Bearer x", "Bearer [hidden]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: [hidden]"),
        ("Basic dXNlcjpwYXNz", "Basic [hidden]"),
        ("https://u:x@h/p", "https://[hidden]@h/p"),
        ("turn:u:x@h?transport=udp", "turn:[hidden]@h?transport=udp"),
        ("password hunter22, token abc123def4", "password [hidden], token [hidden]"),
        (f"at {JWT}", "at [token]"),
        (JWT.replace(".", "%2E"), "[token]"),
        (f"{JWT[:80]} {JWT[80:]} at x", "[token] at x"),
        (f"{JWT[:30]} {JWT[30:]} at x", "[token] at x"),
    ],
)
def test_a_credential_is_cut(text: str, expected: str) -> None:
    assert hide_credentials(text) == expected
    assert hide_credentials(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the token expired",
        "Invalid token: expired.",
        "key frame lost, keyframe: missing",
        "authentication failed: 401 Unauthorized",
        "signal: lost, signaling: closed, HMSSignalError: timed out",
        "author: Bob, passed=3, design: dark",
        "Failed to fetch key: Network error",
        "Basic plan, bearer token expired",
        "candidate:1 1 udp 99 typ host ufrag eyJhbGci network-cost 10",
    ],
)
def test_prose_stays(text: str) -> None:
    assert hide_credentials(text) == text


def test_a_line_end_and_the_agents_fields_hide_nothing() -> None:
    assert sanitize(f"{JWT[:80]}\n{JWT[80:]}") == "[token]"
    agent = parse_agent(
        {"device_model": f"Pixel {JWT}", "os": "x token=abc", "string": "sdk:key=abc"}
    )
    assert (agent.device_model, agent.os, agent.sdk) == (
        "Pixel [token]",
        "x token=[hidden]",
        "key=[hidden]",
    )


def test_long_hostile_texts_end() -> None:
    """Nothing is quadratic: each of these would take minutes if it were."""
    for seed in (
        "token",
        "token ",
        "token=",
        "eyJa.",
        "eyJabcde ",
        "key:",
        "x@",
        "://",
        "Bearer ",
        "a",
    ):
        hide_credentials((seed * 100_000)[:100_000])
