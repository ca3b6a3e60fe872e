"""Which network a failure came from, without keeping the address.

An ICE failure's description names the chosen pair of candidates, addresses included, in the
form of RFC 8839 section 5.1. Two people behind one router share the public address, and that
is worth knowing ("everybody in that office"); the address itself is nobody's business.
"""

import hashlib
import hmac
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

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
_MARKS = 4096


def mark_of(description: str | None, key: bytes) -> str | None:
    """A keyed, one-way mark of the sender's public address in an ICE description, or None.

    IPv6 addresses are marked by their /64, since each device of a home has one of its own.
    """
    local = _LOCAL.search(description or "")
    found = _CANDIDATE.search(local["local"]) if local else None
    if found is None:
        return None
    # A relayed candidate's own address is the TURN server's; the related one is the sender's.
    return mark(found["raddr"] if found["type"] == "relay" else found["ip"], key)


@lru_cache(_MARKS)
def mark(address: str | None, key: bytes) -> str | None:
    """The mark of that address; None for what is no address, or a private one."""
    public = _public(address)
    if public is None:
        return None
    return hmac.new(key, _network(public).encode(), hashlib.sha256).hexdigest()[:16]


def _public(text: str | None) -> Address | None:
    try:
        address = ip_address(text or "")
    except ValueError:  # a hostname of mDNS, or `redacted-ip.invalid`
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return None if any(address in block for block in _PRIVATE) else address


def _network(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, 64), strict=False))
