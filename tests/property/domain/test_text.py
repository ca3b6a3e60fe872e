"""What holds for every text that is cleaned, clipped or redacted."""

import ipaddress
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.device import device_line, platform_of
from bot.domain.events import Agent
from bot.domain.privacy.addresses import redact
from bot.domain.text import clean, clip

addresses = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)
forms = st.sampled_from(
    ["{}", "{}:443", "[{}]", "[{}]:8080", "({})", "https://{}/x", "ip={}", "{},", "{}.", "/{}",
     "'{}'", "{}%eth0", "udp {} typ host", "raddr {} rport 99", "{}/24", "host/{}", "<{}>",
     "candidate:1 1 udp 99 {} 5000 typ host generation 0"]
)  # fmt: skip
plain = st.sampled_from(
    ["Failed to fetch", "10:42:07", "Chrome_125.0.6422.141", "0.12.15", "16:9", "port 443",
     "candidate:", "typ", "raddr", "rport", "[ip]", "[port]", "]", ":", "."]
)  # fmt: skip
mixed = st.lists(st.builds(str.format, forms, addresses) | plain, max_size=8).map(" ".join)


def _is_address(text: str) -> bool:
    try:
        return ipaddress.ip_address(text) != ipaddress.ip_address("::")
    except ValueError:
        return False


@given(mixed)
def test_no_address_is_left(text: str) -> None:
    left = redact(text)
    for word in re.findall(r"[0-9A-Fa-f:.]+", left):
        assert not _is_address(word)
        assert not _is_address(word.strip(".:"))
    for word in left.split():
        assert not _is_address(word)


@given(mixed | st.text() | st.text("0123456789abcdef:.[]% ", max_size=60))
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.ip_addresses(v=4).map(str), st.integers(0, 65535), st.sampled_from(["host", "srflx"]))
def test_a_candidate_keeps_type_and_network(address: str, port: int, kind: str) -> None:
    tail = f"typ {kind} raddr {address} rport {port} generation 0 ufrag ab network-cost 10"
    left = redact(f"candidate:842163049 1 udp 1677729535 {address} {port} {tail}")
    assert left == (
        "candidate:842163049 1 udp 1677729535 [ip] [port] "
        f"typ {kind} raddr [ip] rport [port] generation 0 ufrag ab network-cost 10"
    )


@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Lu"])))
def test_clean_text_is_clean(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not {unicodedata.category(char) for char in once} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert once == once.strip()
    rows = clean(text, lines=True)
    assert clean(rows, lines=True) == rows
    assert not {unicodedata.category(char) for char in rows.replace("\n", "")} & {"Cc", "Cf", "Cs"}
    once.encode()


@given(st.text() | st.text("a\u0301\u200d👩🏽🇩🇪 "), st.integers(0, 20))
def test_clipped_text_fits(text: str, limit: int) -> None:
    cut = clip(text, limit)
    assert len(cut) <= limit or cut == text
    assert cut == text or not limit or cut.endswith("…")
    assert text.startswith(cut.removesuffix("…"))


@given(st.builds(Agent, *[st.none() | st.text(max_size=30)] * 8), st.none() | st.text(max_size=9))
def test_any_agent_makes_one_line(agent: Agent, domain: str | None) -> None:
    line = device_line(agent, domain)
    assert line == clean(line)
    assert line
    assert platform_of(agent)


def test_large_hostile_texts_end() -> None:
    """Nothing is quadratic: each of these would take minutes if it were."""
    seeds = [
        "1.",
        "1.1.1.1",
        "::",
        "a:",
        "candidate:",
        "candidate:1 ",
        "candidate:1 1 udp 9 ",
        "[",
        "[::1",
        "raddr ",
        "1 typ ",
        "port ",
        "0a1b2c3d-",
        "%",
        "::1%a",
        "192.0.2.1 ",
        "fe80::1 ",
        "version:",
        "9",
        " ",
        "\u200b",
        "🇩🇪",
        "e\u0301",
    ]
    for seed in seeds:
        text = (seed * (100_000 // len(seed) + 1))[:100_000]
        redact(text)
        clean(text)
        clip(text, 3000)
