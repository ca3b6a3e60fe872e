"""Outside text without addresses: IPv4, IPv6 and mDNS, and the ports beside them.

Every repeat below is bounded or runs over characters that cannot start a second match, so that
hostile text costs time in proportion to its length.
"""

import re
from ipaddress import IPv6Address

_CANDIDATE = re.compile(
    r"(?P<head>candidate:\S{1,64}\s{1,4}\S{1,8}\s{1,4}\S{1,16}\s{1,4}[0-9]{1,20})"
    r"(?P<first>\s{1,4}(?!typ\b)\S+)(?P<second>\s{1,4}[0-9]{1,5}(?![^\s;,]))?"
)
_NAMED = (
    ("typ", re.compile(r"(?<!\S)[0-9]{1,5}(?=\s{1,4}typ\s)"), "[port]"),
    ("raddr", re.compile(r"(?P<word>\braddr\s{1,4})(?!rport\b)[^\s;,]+"), r"\g<word>[ip]"),
    ("rport", re.compile(r"(?P<word>\brport\s{1,4})[0-9]{1,5}\b"), r"\g<word>[port]"),
)
_WORD_PORT = re.compile(r"(?P<word>\bport[\s:=]{1,3})[0-9]{1,5}\b", re.IGNORECASE)
_MDNS = re.compile(
    r"(?<![0-9a-z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\.local\b(?P<port>:[0-9]{1,5}\b)?",
    re.IGNORECASE,
)
_V6 = re.compile(
    r"(?P<open>\[)?(?P<run>[0-9A-Fa-f:.]{2,})(?P<zone>%[0-9A-Za-z_~-]{1,64})?"
    r"(?:(?P<close>\])(?P<port>:[0-9]{1,5}\b)?)?"
)
_V4 = re.compile(
    r"(?P<open>\[)?(?<![0-9])(?<![0-9]\.)(?P<run>(?:[0-9]{1,3}\.){3}[0-9]{1,3})(?![0-9]|\.[0-9])"
    r"(?P<close>\])?(?P<port>:[0-9]{1,5}\b)?"
)
_LONGEST_V6 = 45
_LARGEST_OCTET = 255

# Four numbers after a browser's name are its version (Chrome says 125.0.0.0). Java prints an
# address as host/1.2.3.4, so a slash alone does not make a version.
_PRODUCT = re.compile(
    r"(?:(?:chrom(?:e|ium)|crios|firefox|fxios|safari|edg[a-z]{0,4}|opera|opr|vivaldi|brave)[/_ ]"
    r"|(?:browser|internet|webview|webkit|electron|silk|duckduckgo|yandex|wechat|instagram"
    r"|facebook|gsa)[/_]"
    r"|version[\"' ]?[:=/_ ][\"' ]?|(?<![a-z])v)$",
    re.IGNORECASE,
)
_FROZEN = re.compile(r"(?<![A-Za-z0-9.-])[A-Z][A-Za-z]{2,20}[/_]$|_[A-Z][A-Za-z]{2,20}_$")


def redact(text: str) -> str:
    """The text with IP addresses as `[ip]` and ports as `[port]`, mDNS names included.

    ICE candidates keep type, protocol, generation and network. Doing it twice changes nothing.
    """
    low = text.lower()  # most texts hold none, and `in` finds that out at once
    if "candidate:" in low:
        text = _CANDIDATE.sub(_redact_candidate, text)
    for word, pattern, put in _NAMED:
        text = pattern.sub(put, text) if word in low else text
    if ".local" in low:
        text = _MDNS.sub(lambda found: "[ip]" + _port(found), text)
    if text.count(":") > 1:
        text = _V6.sub(_redact_v6, text)
    if text.count(".") > 2:  # noqa: PLR2004  as in 1.2.3.4
        text = _V4.sub(_redact_v4, text)
    return _WORD_PORT.sub(r"\g<word>[port]", text) if "port" in low else text


def _port(found: re.Match[str]) -> str:
    return ":[port]" if found["port"] else ""


def _redact_candidate(found: re.Match[str]) -> str:
    """In the samples the address is already gone, so that the port comes first."""
    first, second = found["first"], found["second"] or ""
    space = first[: len(first) - len(first.lstrip())]
    word = first.strip()
    if word not in {"[ip]", "[port]"}:
        first = space + ("[port]" if word.isdecimal() else "[ip]")
    return found["head"] + first + (" [port]" if second else "")


def _redact_v6(found: re.Match[str]) -> str:
    run = found["run"]
    if run.count(":") < 2:  # noqa: PLR2004  the shortest address is `::`
        return found[0]
    head, core, tail = _trim(run)
    bracketed = bool(found["open"] and found["close"])
    if (
        not _is_v6(core)
        or (core == "::" and not (bracketed or found["zone"]))
        or _glued(found, head, tail)
    ):
        return found[0]
    if bracketed:
        return "[ip]" + _port(found)
    return (found["open"] or "") + head + "[ip]" + tail + (found["close"] or "")


def _trim(run: str) -> tuple[str, str, str]:
    """A run of address characters without the punctuation around it."""
    core = run.rstrip(".")
    if core.endswith(":") and not core.endswith("::"):
        core = core[:-1]
    tail = run[len(core) :]
    start = len(core) - len(core.lstrip("."))
    if core.startswith(":", start) and not core.startswith("::", start):
        start += 1
    return core[:start], core[start:], tail


def _is_v6(text: str) -> bool:
    if len(text) > _LONGEST_V6:
        return False
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _glued(found: re.Match[str], head: str, tail: str) -> bool:
    """Whether letters touch the address: `std::deque` is no address."""
    text, start, end = found.string, found.start(), found.end()
    before = "" if head or found["open"] else text[max(0, start - 1) : start]
    after = "" if tail or found["zone"] or found["close"] else text[end : end + 1]
    return _is_letter(before) or _is_letter(after)


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _redact_v4(found: re.Match[str]) -> str:
    octets = [int(part) for part in found["run"].split(".")]
    if max(octets) > _LARGEST_OCTET:
        return found[0]
    before = found.string[max(0, found.start() - 24) : found.start()]
    frozen = octets[0] and not any(octets[1:]) and _FROZEN.search(before)
    if not found["open"] and (frozen or _PRODUCT.search(before)):
        return found[0]
    if found["open"] and found["close"]:
        return "[ip]" + _port(found)
    return (found["open"] or "") + "[ip]" + (found["close"] or "") + _port(found)
