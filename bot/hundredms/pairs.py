"""Candidate pairs as the web SDK writes them, redacted and marked in one pass.

A flood of ICE failures has no two descriptions alike: each retry has other ports. The general
way (`tidy`, `mark_of`) looks through each text a dozen times. Here one pattern has to fit the
whole text, and leaves no place for an address but those that are replaced; what does not fit
takes the general way, which gives the same for what does.
"""

import re
from functools import lru_cache

from bot.hundredms.ice import mark, mark_of
from bot.hundredms.tidy import tidy

_ADDRESS = r"(?=[^ ]*[.:])(?:[0-9A-Fa-f.:]{2,45}|[0-9A-Fa-f-]{36}\.local|redacted-ip\.invalid)"
_TAIL = (
    r"(?: tcptype (?:active|passive|so)| generation [0-9]{1,9}"
    r"| ufrag (?!raddr )[0-9A-Za-z+/]{1,64}| network-(?:id|cost) [0-9]{1,9}){0,5}"
)


def _side(name: str) -> str:
    """The pattern of one candidate. 100ms' own samples have lost addresses here and there."""
    return (
        rf"(?P<{name}>candidate:[0-9]{{1,20}} [0-9]{{1,4}} (?:udp|tcp|UDP|TCP) [0-9]{{1,20}})"
        rf"(?P<{name}_ip> {_ADDRESS})? [0-9]{{1,5}}(?P<{name}_typ> typ (?:host|srflx|prflx|relay))"
        rf"(?: raddr(?P<{name}_raddr> {_ADDRESS})?(?P<{name}_rport> rport) [0-9]{{1,5}})?"
        rf"(?P<{name}_tail>{_TAIL})"
    )


_KEPT = 2048
_LONGEST = 2048
_PAIR = re.compile(
    rf"local candidate - {_side('local')}; remote candidate - (?:{_side('remote')}|undefined)"
)


def _read(text: str, key: bytes) -> tuple[str | None, str | None]:
    return tidy(text), mark_of(text, key)


_kept = lru_cache(_KEPT)(_read)


def read_description(text: str, key: bytes) -> tuple[str | None, str | None]:
    """A failure's description fit to be kept, and the mark of its sender's public address."""
    found = _PAIR.fullmatch(text) if text.startswith("local candidate - c") else None
    if found is None:
        return (_kept if len(text) < _LONGEST else _read)(text, key)
    near, near_ip, near_typ, near_raddr, near_rport, near_tail, *far = found.groups("")
    local = _shown(near, near_ip, near_typ, near_raddr, near_rport, near_tail)
    remote = _shown(*far) if far[0] else "undefined"
    sender = near_raddr if near_typ == " typ relay" else near_ip
    return (
        f"local candidate - {local}; remote candidate - {remote}",
        mark(sender.lstrip(), key) if near_ip and sender else None,
    )


def let_go() -> None:
    """Keep no description and no address that was read by now."""
    _kept.cache_clear()
    mark.cache_clear()


def _shown(head: str, address: str, typ: str, raddr: str, rport: str, tail: str) -> str:
    related = f" raddr{raddr and ' [ip]'} rport [port]" if rport else ""
    return f"{head}{address and ' [ip]'} [port]{typ}{related}{tail}"
