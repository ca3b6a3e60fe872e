"""Reads ICE candidate pairs: fingerprints the sender's network without keeping its address.

The description of an ICE failure names the chosen pair of candidates, addresses included, in the
form of RFC 8839 section 5.1. Two people behind one router share the public address, and that is
worth knowing ("everybody in that office"); the address itself is private.

In a flood of ICE failures no two descriptions are equal: each retry has other ports. The general
way (`sanitize`, `network_fingerprint`) scans each text a dozen times. For pairs as the web SDK
writes them, one pattern has to match and leaves no place for an address except those that are
replaced. Plain words and a semicolon may stand before the pair; few of them differ, so they take
the general way once. A text that does not match takes the general way as a whole, which gives the
same result for a text that does. The pattern saves 22 % of a look-up's CPU (38 % where hardly two
texts are equal), measured on rooms of 10,000 events.
"""

import hmac
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

from bot.hundredms.lenient import sanitize

Address = IPv4Address | IPv6Address

_LOCAL = re.compile(
    r"local candidate\s*-\s*(?P<local>.{0,600}?)(?:;\s*remote candidate|$)", re.DOTALL
)
_CANDIDATE = re.compile(
    r"candidate:\S+\s+\d+\s+\S+\s+\d+\s+(?P<ip>\S+)\s+\d+\s+typ\s+(?P<type>\w+)"
    r"(?:\s+raddr\s+(?P<raddr>\S+))?"
)
_PRIVATE: dict[int, tuple[IPv4Network | IPv6Network, ...]] = {
    4: tuple(
        map(
            IPv4Network,
            ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
             "172.16.0.0/12", "192.168.0.0/16"),
        )
    ),
    6: tuple(map(IPv6Network, ("::/128", "::1/128", "fc00::/7", "fe80::/10"))),
}  # fmt: skip
_PRIVATE_STARTS = ("10.", "192.168.", "127.", "169.254.", "fe80:")
"""Texts that begin like this are private addresses, or none; most homes have such a one."""
_FINGERPRINT_CACHE_SIZE = 4096


def network_fingerprint(description: str | None, key: bytes) -> str | None:
    """Return a keyed one-way hash of the sender's public address in an ICE description, or None.

    An IPv6 address is hashed by its /64, since each device of a home has an address of its own.
    """
    local = _LOCAL.search(description or "")
    candidate = _CANDIDATE.search(local["local"]) if local else None
    if candidate is None:
        return None
    # A relayed candidate's own address is the TURN server's; the related address is the sender's.
    return fingerprint(candidate["raddr"] if candidate["type"] == "relay" else candidate["ip"], key)


def fingerprint(address: str | None, key: bytes) -> str | None:
    """Return the fingerprint of an address; None for a private one and for any other text."""
    if not address or address.startswith(_PRIVATE_STARTS):
        return None
    return _cached_fingerprint(address, key)


@lru_cache(_FINGERPRINT_CACHE_SIZE)
def _cached_fingerprint(address: str, key: bytes) -> str | None:
    public_address = _public_address(address)
    if public_address is None:
        return None
    return hmac.digest(key, _network_of(public_address).encode(), "sha256").hex()[:16]


def _public_address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:  # an mDNS hostname, or `redacted-ip.invalid`
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return None if any(address in block for block in _PRIVATE[address.version]) else address


def _network_of(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return f"{int(address) >> 64:x}::/64"


_ADDRESS = r"(?=[^ ]*[.:])(?:[0-9A-Fa-f.:]{2,45}|[0-9A-Fa-f-]{36}\.local|redacted-ip\.invalid)"
_EXTENSIONS = (
    r"(?: tcptype (?:active|passive|so)| generation [0-9]{1,9}"
    r"| ufrag (?!raddr )[0-9A-Za-z+/]{1,64}| network-(?:id|cost) [0-9]{1,9}){0,5}"
)


def _side(name: str) -> str:
    """Return the pattern of one candidate. 100ms' own samples lack some addresses."""
    return (
        rf"(?P<{name}>candidate:[0-9]{{1,20}} [0-9]{{1,4}} (?P<{name}_protocol>udp|tcp|UDP|TCP) "
        rf"(?P<{name}_priority>[0-9]{{1,20}}))(?P<{name}_ip> {_ADDRESS})? [0-9]{{1,5}}"
        rf" typ (?P<{name}_type>host|srflx|prflx|relay)"
        rf"(?: raddr(?P<{name}_raddr> {_ADDRESS})?(?P<{name}_rport> rport) [0-9]{{1,5}})?"
        rf"(?P<{name}_tail>{_EXTENSIONS})"
    )


_DESCRIPTION_CACHE_SIZE = 2048
_MAX_CACHED_LENGTH = 2048
_WORDS = r"(?P<words>\w(?:(?!candidate)[\w .,:;()/-]){0,200}; )?"
"""Text without quotes and escapes, so that nothing in it can go on behind its semicolon."""
_PAIR_AFTER_WORDS = re.compile(
    rf"{_WORDS}local candidate - {_side('local')}; "
    rf"remote candidate - (?:{_side('remote')}|undefined)",
    re.ASCII,
)


class Description(NamedTuple):
    """A failure's description without addresses, and its sender's network fingerprint.

    `pattern` is the same text without what no conclusion depends on, so that few failures have to
    be judged: of a pair's candidates it keeps type, protocol and network cost, and a relay's
    preference; of other texts everything but ids. It is None if that changes nothing.
    """

    text: str | None
    fingerprint: str | None
    pattern: str | None = None


_ID = re.compile(r"\b(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,64}\b")


def without_ids(text: str | None) -> str | None:
    """Return the text without ids, such as those of a request or a server."""
    return _ID.sub("x", text) if text and _ID.search(text) else text


def _read_free_text(text: str, key: bytes) -> Description:
    shown = sanitize(text)
    pattern = without_ids(shown)
    return Description(shown, network_fingerprint(text, key), None if pattern == shown else pattern)


@lru_cache(_DESCRIPTION_CACHE_SIZE)
def _cached_read_words(words: str) -> tuple[str, str]:
    """Return the words before a pair without addresses, and also without ids."""
    shown = f"{sanitize(words)} "
    return shown, without_ids(shown) or ""


_NO_DESCRIPTION = Description(None, None)
_cached_read_free_text = lru_cache(_DESCRIPTION_CACHE_SIZE)(_read_free_text)


def read_description(text: str | None, key: bytes) -> Description:
    """Return a failure's description."""
    if text is None:
        return _NO_DESCRIPTION
    match = _PAIR_AFTER_WORDS.fullmatch(text) if "local candidate - c" in text else None
    if match is None:
        return (_cached_read_free_text if len(text) < _MAX_CACHED_LENGTH else _read_free_text)(
            text, key
        )
    words, words_pattern = _cached_read_words(match["words"]) if match["words"] else ("", "")
    local, local_pattern = _read_candidate(*match.group(*_LOCAL_GROUPS))
    remote, remote_pattern = "undefined", "undefined"
    if match["remote"]:
        remote, remote_pattern = _read_candidate(*match.group(*_REMOTE_GROUPS))
    ip, kind, raddr = match.group("local_ip", "local_type", "local_raddr")
    sender_address = raddr if kind == "relay" else ip
    return Description(
        f"{words}local candidate - {local}; remote candidate - {remote}",
        fingerprint(sender_address.lstrip(), key) if ip and sender_address else None,
        f"{words_pattern}local candidate - {local_pattern}; remote candidate - {remote_pattern}",
    )


_PARTS = ("", "_protocol", "_priority", "_ip", "_type", "_raddr", "_rport", "_tail")
_LOCAL_GROUPS = tuple(f"local{part}" for part in _PARTS)
_REMOTE_GROUPS = tuple(f"remote{part}" for part in _PARTS)
_PREFERENCE_BITS = 24
"""RFC 8445 section 5.1.2.1: the bits of a priority below the preference by type."""


def _read_candidate(  # noqa: PLR0913, PLR0917  the groups of a match
    head: str,
    protocol: str,
    priority: str,
    ip: str | None,
    kind: str,
    raddr: str | None,
    rport: str | None,
    tail: str,
) -> tuple[str, str]:
    """Return a candidate without addresses, and its meaning in the same form."""
    related = f" raddr{' [ip]' if raddr else ''} rport [port]" if rport else ""
    text = f"{head}{' [ip]' if ip else ''} [port] typ {kind}{related}{tail}"
    preference = int(priority) >> _PREFERENCE_BITS << _PREFERENCE_BITS if kind == "relay" else 0
    cost = tail.partition(" network-cost ")[2].partition(" ")[0]
    return text, (
        f"candidate:0 1 {protocol} {preference} [ip] [port] typ {kind}"
        + (f" network-cost {cost}" if cost else "")
    )


def clear_caches() -> None:
    """Clear the caches, so that no description and no address stays in memory."""
    _cached_read_free_text.cache_clear()
    _cached_read_words.cache_clear()
    _cached_fingerprint.cache_clear()
