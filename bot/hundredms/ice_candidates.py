"""Reads ICE candidate pairs: fingerprints the sender's network without keeping its address.

The description of an ICE failure names the chosen pair of candidates, addresses included, in the
form of RFC 8839 section 5.1. Two people behind one router share the public address, and that is
worth knowing ("everybody in that office"); the address itself is private.

In a flood of ICE failures no two descriptions are equal: each retry has other ports. The general
way (`sanitize`, `network_fingerprint`) scans each text a dozen times. For pairs as the web SDK
writes them, one pattern has to match the whole text and leaves no place for an address except
those that are replaced. A text that does not match takes the general way, which gives the same
result for a text that does. The pattern saves 22 % of a look-up's CPU (15 % where hardly two texts
are equal), measured on rooms of 10,000 events.
"""

import hashlib
import hmac
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
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
_PRIVATE = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::/128",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
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


@lru_cache(_FINGERPRINT_CACHE_SIZE)
def fingerprint(address: str | None, key: bytes) -> str | None:
    """Return the fingerprint of an address; None for a private one and for any other text."""
    public_address = _public_address(address)
    if public_address is None:
        return None
    return hmac.new(key, _network_of(public_address).encode(), hashlib.sha256).hexdigest()[:16]


def _public_address(text: str | None) -> Address | None:
    try:
        address = ip_address(text or "")
    except ValueError:  # an mDNS hostname, or `redacted-ip.invalid`
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return None if any(address in block for block in _PRIVATE) else address


def _network_of(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, 64), strict=False))


_ADDRESS = r"(?=[^ ]*[.:])(?:[0-9A-Fa-f.:]{2,45}|[0-9A-Fa-f-]{36}\.local|redacted-ip\.invalid)"
_EXTENSIONS = (
    r"(?: tcptype (?:active|passive|so)| generation [0-9]{1,9}"
    r"| ufrag (?!raddr )[0-9A-Za-z+/]{1,64}| network-(?:id|cost) [0-9]{1,9}){0,5}"
)


def _side(name: str) -> str:
    """Return the pattern of one candidate. 100ms' own samples lack some addresses."""
    return (
        rf"(?P<{name}>candidate:[0-9]{{1,20}} [0-9]{{1,4}} (?:udp|tcp|UDP|TCP) [0-9]{{1,20}})"
        rf"(?P<{name}_ip> {_ADDRESS})? [0-9]{{1,5}}(?P<{name}_typ> typ (?:host|srflx|prflx|relay))"
        rf"(?: raddr(?P<{name}_raddr> {_ADDRESS})?(?P<{name}_rport> rport) [0-9]{{1,5}})?"
        rf"(?P<{name}_tail>{_EXTENSIONS})"
    )


_DESCRIPTION_CACHE_SIZE = 2048
_MAX_CACHED_LENGTH = 2048
_PAIR = re.compile(
    rf"local candidate - {_side('local')}; remote candidate - (?:{_side('remote')}|undefined)"
)


class Description(NamedTuple):
    """A failure's description without addresses, and its sender's network fingerprint.

    `pattern` is the same text without the numbers that differ in each pair of candidates and mean
    nothing: foundations, priorities below the preference by type, and `ufrag`. It is None for a
    text that is no pair.
    """

    text: str | None
    fingerprint: str | None
    pattern: str | None = None


def _read_free_text(text: str, key: bytes) -> Description:
    return Description(sanitize(text), network_fingerprint(text, key))


_cached_read_free_text = lru_cache(_DESCRIPTION_CACHE_SIZE)(_read_free_text)


def read_description(text: str, key: bytes) -> Description:
    """Return a failure's description."""
    match = _PAIR.fullmatch(text) if text.startswith("local candidate - c") else None
    if match is None:
        return (_cached_read_free_text if len(text) < _MAX_CACHED_LENGTH else _read_free_text)(
            text, key
        )
    near, near_ip, near_typ, near_raddr, near_rport, near_tail, *remote_parts = match.groups("")
    local = _redact_candidate(near, near_ip, near_typ, near_raddr, near_rport, near_tail)
    remote = _redact_candidate(*remote_parts) if remote_parts[0] else "undefined"
    sender_address = near_raddr if near_typ == " typ relay" else near_ip
    return Description(
        f"local candidate - {local}; remote candidate - {remote}",
        fingerprint(sender_address.lstrip(), key) if near_ip and sender_address else None,
        f"local candidate - {_pattern_of(local)}; remote candidate - {_pattern_of(remote)}",
    )


_VARYING = re.compile(
    r"candidate:[0-9]+(?P<protocol> [0-9]+ [A-Za-z]+) (?P<priority>[0-9]+)|(?<= ufrag )\S+"
)
_PREFERENCE_BITS = 24
"""RFC 8445 section 5.1.2.1: the bits of a priority below the preference by type."""


def _pattern_of(candidate: str) -> str:
    return _VARYING.sub(_replace_varying, candidate)


def _replace_varying(match: re.Match[str]) -> str:
    if match["priority"] is None:
        return "x"
    preference = int(match["priority"]) >> _PREFERENCE_BITS << _PREFERENCE_BITS
    return f"candidate:0{match['protocol']} {preference}"


def clear_caches() -> None:
    """Clear the caches, so that no description and no address stays in memory."""
    _cached_read_free_text.cache_clear()
    fingerprint.cache_clear()


def _redact_candidate(head: str, address: str, typ: str, raddr: str, rport: str, tail: str) -> str:
    related = f" raddr{raddr and ' [ip]'} rport [port]" if rport else ""
    return f"{head}{address and ' [ip]'} [port]{typ}{related}{tail}"
