"""Cleaning, redacting and clipping outside text."""

import pytest

from bot.domain.privacy.addresses import redact
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
        ("remote:2001:db8:85a3::8a2e:370:7334", "remote:[ip]"),
        ("interface:2001:db8:1:2:3:4:5:6", "interface:[ip]"),
        ("IPv6:2001:db8::1 node:fe80::1%eth0.", "IPv6:[ip] node:[ip]."),
        ("2001:db8:85a3:0:0:8a2e:370:7334:443", "[ip]"),
        ("2001:db8::1.443 203.0.113.77.443", "[ip] [ip].[port]"),
        ("2001:db8::7334udp guest-203.0.113.77", "[ip]udp guest-[ip]"),
        ("2001%3Adb8%3a%3A1 203%2E0%2E113%2E77 2001%253Adb8%253A%253A1", "[ip] [ip] [ip]"),
        (r"203\u002e0\u002e113\u002e77 2001\u003adb8\u003a:1", "[ip] [ip]"),
        ("203&#46;0&#46;113&#x2e;77&colon;443", "[ip]:[port]"),
        ("203.\u200b0.113.77 \uff12\uff10\uff13.0.113.77 2001\uff1adb8::1", "[ip] [ip] [ip]"),
        ("203.0.113.77..198.51.100.9 203.0.113.77:198.51.100.9", "[ip] [ip]"),
        ("2001:db8::1:2001:db8::2", "[ip]"),
        (
            "v203.0.113.77 version: 203.0.113.77 Chrome/203.0.113.77",
            "v[ip] version: [ip] Chrome/[ip]",
        ),
        ("5203.0.113.771x zfe80::", "5[ip]x z[ip]"),
        ("[fe80::1%25eth0]:443 0:0:0:0:0:ffff:203.0.113.77", "[ip]:[port] [ip]"),
        ("\u0130 http://3405803853/ HTTP://0xCB00714D", "\u0130 http://[ip]/ HTTP://[ip]"),
        ("0xCB.0x0.0x71.0x4D ip-203-0-113-77 http://3405803853/", "[ip] [ip] http://[ip]/"),
        (f"Anns-MacBook.local:5000 x{MDNS}x", "[ip]:[port] [ip]x"),
    ],
)
def test_redact(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Chrome_125.0.6422.141 web SDK 0.12.15",
        "10:42:07 2026-05-01T09:00:01.1Z 16:9",
        "65af0000aa11bb22cc33dd44 0a1b2c3d-1111-4222-8333-444455556666",
        "aa:bb:cc:dd:ee:ff std::deque Foo2::Bar crate:: a:b::z :: 1.2.3",
        "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD",
        "HRESULT 0x80004005, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "window.localStorage, 100%, 5 & 6, a.b.c.d, 50%25",
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
