import pytest

from bot.domain.diagnosis.sdk.ice_path import read_path
from bot.domain.privacy.addresses import redact

RAW = (
    "local candidate - candidate:1267094175 1 {protocol} 41886207 203.0.113.9 52563 typ {kind} "
    "raddr 198.51.100.7 rport 53039 generation 0 ufrag IC9l network-id 1{cost}; "
    "remote candidate - candidate:2560537185 1 udp 2130706431 redacted-ip.invalid 26058 typ prflx"
)


@pytest.mark.parametrize(
    ("kind", "protocol", "cost", "words"),
    [
        ("relay", "tcp", " network-cost 900", "through a TURN relay over TCP, on cellular"),
        ("relay", "udp", "", "through a TURN relay over UDP"),
        ("srflx", "udp", " network-cost 11", "on a direct path over UDP, on Wi-Fi, behind a VPN"),
        ("host", "udp", " network-cost 0", "on a direct path over UDP, on a wired network"),
        ("host", "udp", " network-cost 50", "on a direct path over UDP"),
    ],
)
def test_candidates_in_words(kind: str, protocol: str, cost: str, words: str) -> None:
    text = RAW.format(kind=kind, protocol=protocol, cost=cost)
    for shown in (text, redact(text)):
        path = read_path(shown)
        assert path is not None
        assert path.words == f"{words}, lost after connecting"
        assert not any(octets in path.words for octets in ("203", "198"))


def test_no_candidates_means_blocked_from_the_start() -> None:
    text = "local candidate - undefined; remote candidate - undefined. [X] Could not recover"
    path = read_path(text)
    assert path is not None
    assert (path.kind, path.words) == ("no_candidates", "never found a path: UDP probably blocked")


def test_one_side_is_enough_to_have_connected() -> None:
    half = RAW.format(kind="host", protocol="udp", cost="").split("; remote")[0]
    path = read_path(f"{half}; remote candidate - undefined")
    assert path is not None
    assert path.kind == "direct"


@pytest.mark.parametrize("text", [None, "", "ping pong failure", "local candidate - ?; remote"])
def test_other_texts_have_no_path(text: str | None) -> None:
    assert read_path(text) is None
