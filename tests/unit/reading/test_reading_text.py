"""Cleaning, redacting and clipping outside text."""

import pytest

from bot.domain.addresses import redact
from bot.domain.text import clean, clip

MDNS = "0a1b2c3d-1111-4222-8333-444455556666.local"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \t b\n c ", "a b c"),
        ("a\x00b\x1bc\x9fd", "abcd"),
        ("a\u202eb\u2066c\u200bd\ufeff", "abcd"),
        ("a\u2028b\u00a0c", "a b c"),
        ("\ud800x", "x"),
        ("\u3164", ""),
        ("é 日本 🦆", "é 日本 🦆"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_clean_can_keep_lines() -> None:
    assert clean(" a  b \r\n\n\n\n c\u2028d ", lines=True) == "a b\n\nc\nd"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", "[ip]"),
        ("from 192.0.2.1:443 to (198.51.100.7).", "from [ip]:[port] to ([ip])."),
        ("[192.0.2.1]:80", "[ip]:[port]"),
        ("https://203.0.113.5:8443/x", "https://[ip]:[port]/x"),
        ("192.0.2.0/24", "[ip]/24"),
        ("...192.0.2.1...", "...[ip]..."),
        ("init.example.com/192.0.2.1 (port 443)", "init.example.com/[ip] (port [port])"),
        ("udp/192.0.2.1", "udp/[ip]"),
        ("2001:db8::1", "[ip]"),
        ("2001:DB8:0:0:0:0:0:1", "[ip]"),
        ("[2001:db8::1]:8080", "[ip]:[port]"),
        ("http://[2001:db8::1]/", "http://[ip]/"),
        ("fe80::1%eth0 up", "[ip] up"),
        ("::ffff:192.0.2.1", "[ip]"),
        ("::1", "[ip]"),
        ("addr:2001:db8::1, x", "addr:[ip], x"),
        ("at 2001:db8::.", "at [ip]."),
        (f"{MDNS}:5000", "[ip]:[port]"),
        (f"x {MDNS.upper()} y", "x [ip] y"),
        ("a@example.com:443 port 443", "a@example.com:443 port [port]"),
    ],
)
def test_redact(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Chrome_125.0.0.0",
        "Chrome/125.0.0.0",
        "iPhone_mobile/Mobile_Safari_17.4.1.2",
        "Mozilla/5.0 Chrome/125.0.1.2 Edg/124.0.0.0",
        "sdk_version:0.12.15,framework_sdk_version:1.11.0.1",
        "10:42:07 2026-05-01T09:00:01.1Z 16:9",
        "65af0000aa11bb22cc33dd44 0a1b2c3d-1111-4222-8333-444455556666",
        "aa:bb:cc:dd:ee:ff std::deque a:b::z :: 1.2.3 1.2.3.4.5 300.1.1.1",
        "timeout after 10.5 s, code 4006",
        "local candidate - undefined; remote candidate - undefined",
    ],
)
def test_redact_leaves_the_rest(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "candidate:12670 1 udp 41886207 52563 typ relay raddr rport 53039 generation 0",
            "candidate:12670 1 udp 41886207 [port] typ relay raddr rport [port] generation 0",
        ),
        (
            "candidate:1 1 udp 2130706431 redacted-ip.invalid 26058 typ prflx generation 0",
            "candidate:1 1 udp 2130706431 [ip] [port] typ prflx generation 0",
        ),
        (
            "a=candidate:1 1 tcp 99 192.0.2.1 9 typ host tcptype active raddr 198.51.100.1 rport 0",
            "a=candidate:1 1 tcp 99 [ip] [port] typ host tcptype active raddr [ip] rport [port]",
        ),
        (
            "local candidate - candidate:1 1 udp 99 2001:db8::1 5000 typ srflx; remote - undefined",
            "local candidate - candidate:1 1 udp 99 [ip] [port] typ srflx; remote - undefined",
        ),
        (
            f"candidate:1 1 udp 99 {MDNS} 51000 typ host",
            "candidate:1 1 udp 99 [ip] [port] typ host",
        ),
        ("candidate:1 1 udp 99 192.0.2", "candidate:1 1 udp 99 [ip]"),
        (
            "candidate:1 1 udp 99 192.0.2.1 5 typ host raddr 192.0",
            "candidate:1 1 udp 99 [ip] [port] typ host raddr [ip]",
        ),
    ],
)
def test_redact_keeps_what_a_candidate_teaches(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab cd", 4, "ab…"),
        ("abc", 0, ""),
        ("abc", 1, "…"),
        ("ae\u0301xyz", 3, "a…"),
        ("a👍🏽xyz", 3, "a…"),
        ("🇩🇪🇫🇷🇮🇹", 4, "🇩🇪…"),
        ("a👩\u200d👩\u200d👧b", 4, "a…"),
    ],
)
def test_clip(text: str, limit: int, expected: str) -> None:
    assert clip(text, limit) == expected
