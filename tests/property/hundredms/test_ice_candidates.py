"""Candidate pairs read in one pass come out as the general way has them, without an address."""

import ipaddress
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import load_catalogue
from bot.domain.diagnosis.sdk.ice_path import read_path
from bot.domain.diagnosis.sdk.text import text_of
from bot.domain.events import NO_TIME, ErrorEvent, ErrorFacts, EventSource
from bot.hundredms.ice_candidates import network_fingerprint, read_description
from bot.hundredms.lenient import sanitize
from tests.support.examples import examples

KEY = b"key of the tests"
CATALOGUE = load_catalogue()
MDNS = "0a1b2c3d-1111-4222-8333-444455556666.local"

numbers = st.integers(0, 70_000).map(str)
usual_addresses = st.ip_addresses().map(str) | st.sampled_from(
    (MDNS, "redacted-ip.invalid", "::ffff:192.0.2.1", "2001:DB8:0:0:0:0:0:1", "192.0.2")
)
usual_tails = st.lists(
    st.sampled_from(
        (" generation 0", " ufrag QuAb", " ufrag a+/b", " network-id 1", " network-cost 10",
         " tcptype active", " ufrag raddr", " ufrag port", " ufrag beef", " ufrag eyJhbGci")
    ),
    max_size=6,
).map("".join)  # fmt: skip
odd = (
    numbers
    | st.ip_addresses().map(str)
    | st.sampled_from(
        ("fe80::1%eth0", "[2001:db8::1]", "[ip]", "[port]", "::", "host.example.com", "ssltcp",
         "typ", "raddr", "rport", "port", "dead::beef", "token=hush", "\u200b", "\n", "",
         "undefined")
    )
)  # fmt: skip


def side(address: str, port: str, kind: str, raddr: str, tail: str) -> str:
    """A candidate as the SDK writes it; 100ms' samples lost addresses here and there."""
    related = f" raddr {raddr} rport {port}" if raddr else ""
    text = f"candidate:1267094175 1 udp 41886207 {address} {port} typ {kind}{related}{tail}"
    return text.replace("  ", " ")


kinds = st.sampled_from(("host", "srflx", "prflx", "relay"))
whose = usual_addresses | usual_addresses | st.just("")
sides = st.builds(side, whose, numbers, kinds, whose | st.just(" "), usual_tails)
pairs = st.builds(
    "local candidate - {}; remote candidate - {}".format, sides, sides | st.just("undefined")
)


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A pair with other words in some places, or cut off, or with something after it."""
    words = draw(pairs | sides).split(" ")
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(words) - 1))
        words[place : place + draw(st.integers(0, 1))] = [draw(odd)]
    ends = ("", "", ".", "; port 443", " from 192.0.2.1", ". Could not recover", " ")
    return " ".join(words) + draw(st.sampled_from(ends))


words_before = st.sampled_from(
    (
        "sfu join failed; ", "code: 1001, type: close, reason: ; ", "Load failed; ", "key: ; ",
        "from 192.0.2.1; ", "port 4443; ", "dead::beef; ", "request 0f3a9c1b22d4; ", "bearer; ",
        "token=hush; ", "wss://u:p@prod.example.com; ", "at wss://192.0.2.1:443/ws; ", "1.2; ",
        "local candidate - none; ", "eyJhbGci.e30.x; ", "a  b ;; ", "x.local; ", "rport 7; ",
    )
) | st.text('ab1:.; -/()\u00e9"%', max_size=12).map("{}; ".format)  # fmt: skip
after_words = st.builds("{}{}".format, words_before, pairs | broken())


@given(pairs | broken() | after_words)
@examples(300)
def test_one_pass_gives_what_the_general_way_gives(text: str) -> None:
    description = read_description(text, KEY)
    assert description[:2] == (sanitize(text), network_fingerprint(text, KEY))


@given(
    pairs | broken() | after_words, st.sampled_from(("[PUBLISH]: Ice connection state FAILED", ""))
)
@examples(300)
def test_a_pair_and_its_pattern_have_one_meaning(text: str, message: str) -> None:
    shown, _, pattern = read_description(text, KEY)
    if pattern is None:
        return
    failure = ErrorFacts("client.publish.failed", 4005, None, message, shown)
    alike = replace(failure, error_description=pattern)
    assert read_path(text_of(failure)) == read_path(text_of(alike))
    assert CATALOGUE.explain(event_of(failure)) == CATALOGUE.explain(event_of(alike))
    for_rules = re.compile(r"\b(?:typ \w+|udp|tcp)\b")  # a catalogue of one's own may look for them
    assert for_rules.findall(shown or "") == for_rules.findall(pattern)


def event_of(failure: ErrorFacts) -> ErrorEvent:
    return ErrorEvent("e-1", NO_TIME, "", EventSource(), failure, ())


@given(pairs | broken() | after_words)
@examples(300)
def test_no_address_is_left_of_a_pair(text: str) -> None:
    shown, _, _ = read_description(text, KEY)
    for word in (shown or "").replace(";", " ").split():
        assert not _is_address(word.strip("[].,"))


def _is_address(word: str) -> bool:
    try:
        return str(ipaddress.ip_address(word)) != "::"
    except ValueError:
        return word.lower().endswith(".local")


def test_what_a_failed_path_is_told_by() -> None:
    text = (
        "local candidate - candidate:1 1 udp 99 192.0.2.17 52563 typ relay raddr 203.0.113.9 "
        "rport 53039 generation 0 ufrag QuAb network-id 1 network-cost 10; remote candidate - "
        f"candidate:2 1 tcp 99 {MDNS} 26058 typ prflx"
    )
    shown, mark, _ = read_description(text, KEY)
    assert shown == (
        "local candidate - candidate:1 1 udp 99 [ip] [port] typ relay raddr [ip] "
        "rport [port] generation 0 ufrag QuAb network-id 1 network-cost 10; remote candidate - "
        "candidate:2 1 tcp 99 [ip] [port] typ prflx"
    )
    elsewhere = read_description(text.replace("192.0.2.17", "192.0.2.99"), KEY)
    assert mark == elsewhere[1] != read_description(text.replace("0.113.9", "0.113.8"), KEY)[1]
