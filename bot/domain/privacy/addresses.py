"""Removes IPv4, IPv6 and mDNS addresses, and the ports beside them, from outside text.

The rule is to search every run of address characters in the decoded text, whatever is around it,
and to redact in case of doubt. Every repeat below is bounded or runs over characters that cannot
start a second match, so that hostile text costs time in proportion to its length.

Each output (Slack, files, pictures, terminal, log) passes its value through `redact_all_for_output`
once, last. Readers and templates redact earlier as well, before they cut texts to length.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from bot.domain.privacy.decoded_text import decode

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

# Only a text with one of these can hold an address, in any spelling.
_HINT = re.compile("[.:%\\\\&\u2024\u2236\u3002\ua789\ufe13\ufe52\ufe55\uff0e\uff1a\uff61]|ip-|IP-")
_WRAPPED = re.compile(r"[%\\&]")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_ESCAPED = re.compile(r"[%\\&]|[^\x20-\x7e]")

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|0[0-3][0-7]{2}|[01]?[0-9]?[0-9])"
_HEX = r"[0-9A-Fa-f]{1,4}"
_RUN = re.compile(r"[0-9A-Fa-f:.]{2,}")
_V4 = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")
_V6_FULL = re.compile(rf"(?:{_HEX}:){{7}}{_HEX}|(?:{_HEX}:){{6}}{_OCTET}(?:\.{_OCTET}){{3}}")
_ZONE = re.compile(r"%[0-9A-Za-z_~-]{1,64}")
_PORT = re.compile(r"(?P<sign>[:.])[0-9]{1,5}")
_BRACKET_PORT = re.compile(r"\](?P<port>:[0-9]{1,5}(?![0-9]))?")
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})+")
_FINGERPRINT_BYTES = {16, 20, 28, 32, 48, 64}
_DIGIT = re.compile("[0-9]")
_TAIL = 2
"""Most hex digits at the end or start of a name beside `::`.

An address has more beside letters.
"""

_LOCAL = re.compile(r"\.local(?P<more>[\w-])?", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_UUID_LENGTH = 36
_LONGEST_NAME = 253
_NAMES = re.compile(
    r"\bip-[0-9]{1,3}(?:-[0-9]{1,3}){3}"
    r"|\b0x[0-9a-f]{1,2}(?:\.0x[0-9a-f]{1,2}){3}"
    r"|(?:\b[0-9a-f]\.){4,32}ip6\.arpa"
    r"|\b[0-9a-fs-]{2,60}\.ipv6-literal\.net",
    re.IGNORECASE,
)

_NAME_SIGNS = ("ip-", "0x", ".arpa", "ipv6-literal")
_HOST_NUMBER = re.compile(r"(?<=://)(?:0x[0-9a-f]{8}|[0-9]{8,10})(?![\w.-])", re.IGNORECASE)

_MAX_REPEATED = 4096
"""Texts of one output that are kept, to be found again when they repeat."""

_MARK = "\ufdd0"
"""Replaces a version's dot until the text is sent. Unicode reserves it for internal use."""
_VERSION = re.compile(r"v?[0-9]{1,5}(?:\.[0-9]{1,5}){3}(?:[-+][A-Za-z][A-Za-z0-9]{0,20})?")
_FROZEN = re.compile(r"(?P<name>.*[A-Za-z]_[0-9]{1,3})\.0\.0\.0")


def redact(text: str) -> str:
    """Return the text with IP addresses as `[ip]` and ports as `[port]`, mDNS names included.

    ICE candidates keep type, protocol, generation and network. Redacting twice changes nothing.
    """
    if text.isalnum() or text.isidentifier():  # a word or an id: no sign, no second word
        return text
    low = text.lower()  # most texts hold none, and `in` shows that at once
    if "candidate:" in low:
        text = _CANDIDATE.sub(_redact_candidate, text)
    for word, pattern, put in _NAMED:
        text = pattern.sub(put, text) if word in low else text
    if _may_hold_address(text, low):
        text = _redact_addresses(text)
    return _WORD_PORT.sub(r"\g<word>[port]", text) if "port" in low else text


def _may_hold_address(text: str, low: str) -> bool:
    """Return False for most texts, at a twentieth of the cost of the search."""
    signs = len(_HINT.findall(text))
    if signs != 1:
        return signs > 1 and not _TIME.fullmatch(text)
    named = "local" in low or "://" in low or any(map(low.__contains__, _NAME_SIGNS))
    return named or bool(_WRAPPED.search(text))


def redact_for_output(text: str) -> str:
    """Return the text ready to be sent: without addresses, and with the dots of versions restored.

    Called once for each string, last.
    """
    redacted = redact(text)
    return redacted.replace(_MARK, ".") if _MARK in redacted else redacted


def is_version(text: str) -> bool:
    """Return whether it is just four numbers, as the agent's own version fields may hold."""
    return bool(_VERSION.fullmatch(text))


def is_frozen_version(text: str) -> bool:
    """Return whether it is a browser's frozen version: `Chrome_125.0.0.0`."""
    frozen = _FROZEN.fullmatch(text)
    return bool(frozen) and redact(text[: -len(".0.0.0")]) == text[: -len(".0.0.0")]


def mark_version(text: str) -> str:
    """Return a version with its dots marked, so that `redact` skips them; other text unchanged.

    `redact_for_output` restores the dots. For the agent's own version fields only. In a device's
    model, `Chrome_125.0.0.0` is the form in which browsers freeze their version.
    """
    if _VERSION.fullmatch(text):
        return text.replace(".", _MARK)
    frozen = _FROZEN.fullmatch(text)
    return f"{frozen['name']}{_MARK}0{_MARK}0{_MARK}0" if frozen else text


def unmark(text: str) -> str:
    """Return outside text without the character that marks a version's dots."""
    return text.replace(_MARK, "") if _MARK in text else text


def _redact_candidate(match: re.Match[str]) -> str:
    """Return the candidate redacted.

    In the samples the address is missing already, so the port comes first.
    """
    first, second = match["first"], match["second"] or ""
    space = first[: len(first) - len(first.lstrip())]
    word = first.strip()
    if word not in {"[ip]", "[port]"}:
        first = space + ("[port]" if word.isdecimal() else "[ip]")
    return match["head"] + first + (" [port]" if second else "")


def _redact_addresses(text: str) -> str:
    decoded = decode(text) if _ESCAPED.search(text) else None
    view = decoded.text if decoded else text
    parts: list[str] = []
    at = 0
    for start, end, put in sorted(_address_ranges(view)):
        first, last = decoded.original(start, end) if decoded else (start, end)
        if first >= at:
            parts += (text[at:first], put)
        at = max(at, last)
    return "".join((*parts, text[at:])) if parts else text


def _address_ranges(view: str) -> Iterator[tuple[int, int, str]]:
    """Yield the ranges of addresses in decoded text, and their replacements. They may overlap."""
    if view.count(":") > 1 or view.count(".") > 2:  # noqa: PLR2004  as in `::1` and 1.2.3.4
        for run in _RUN.finditer(view):
            yield from _ranges_in_run(view, run.start(), run.end())
    low = view.lower()
    if ".local" in low:
        yield from _local_name_ranges(view)
    for match in _HOST_NUMBER.finditer(view) if "://" in low else ():
        yield match.start(), match.end(), "[ip]"
    if any(map(low.__contains__, _NAME_SIGNS)):
        for match in _NAMES.finditer(view):
            yield match.start(), match.end(), "[ip]"


def _ranges_in_run(view: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the address in a run of address characters, with the rest of the run."""
    run = view[start:end]
    if run.count(":") > 1 and not _is_fingerprint(run) and _is_v6(run):
        yield from _v6_ranges(view, start, end)
    elif run.count(".") > 2 and (match := _V4.search(run)):  # noqa: PLR2004
        core = run.rstrip(".:")
        port = _PORT.fullmatch(core, match.end())
        put = f"[ip]{port['sign']}[port]" if port else "[ip]"
        until = start + max(len(core), match.end())
        yield _with_brackets(view, start + match.start(), until, put)


def _is_fingerprint(run: str) -> bool:
    return run.count(":") + 1 in _FINGERPRINT_BYTES and bool(_FINGERPRINT.fullmatch(run))


def _is_v6(run: str) -> bool:
    return "::" in run or bool(_V6_FULL.search(run))


def _v6_ranges(view: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    start, end = _trim(view, start, end)
    run = view[start:end]
    zone = _ZONE.match(view, end)
    if not run.strip(":."):
        bracketed = view[start - 1 : start] == "[" and view[end : end + 1] == "]"
        if run != "::" or not (zone or bracketed):
            return
    elif _is_code(view, start, end):
        return
    if _is_letter(view[start - 1 : start]):  # as in `interface:2001:db8::1`
        word, colon, address = run.partition(":")
        label = not _DIGIT.search(word) or view[start - 1 : start].lower() + word == "v6"
        if label and colon and not address.startswith(":") and _is_v6(address):
            start += len(word) + 1
    yield _with_brackets(view, start, zone.end() if zone else end, "[ip]")


def _trim(view: str, start: int, end: int) -> tuple[int, int]:
    """Return the range of a run without the punctuation around it."""
    core = view[start:end].rstrip(".")
    if core.endswith(":") and not core.endswith("::"):
        core = core[:-1]
    end = start + len(core)
    start = end - len(core.lstrip("."))
    if view[start] == ":" and view[start + 1 : start + 2] != ":":
        start += 1
    return start, end


def _is_code(view: str, start: int, end: int) -> bool:
    """Return whether a `::` certainly separates names: `std::deque`, `Foo2::Bar`.

    In any other case it is treated as an address.
    """
    run, before, after = view[start:end], view[start - 1 : start], view[end : end + 1]
    if not (_is_letter(before) or _is_letter(after)) or _V6_FULL.search(run):
        return False
    if not _DIGIT.search(run):
        return True
    left, _, right = run.partition("::")
    if ":" in left + right or "." in run:
        return False
    name_left = len(left) <= _TAIL if _is_letter(before) else left and not _DIGIT.search(left)
    name_right = right[:1].isalpha() and (
        len(right) <= _TAIL if _is_letter(after) else not _DIGIT.search(right)
    )
    return bool(name_left and (name_right or (not right and _is_letter(after))))


def _is_letter(char: str) -> bool:
    return char.isalpha() or char == "_"


def _with_brackets(view: str, start: int, end: int, put: str) -> tuple[int, int, str]:
    match = _BRACKET_PORT.match(view, end) if view[start - 1 : start] == "[" else None
    if match is None:
        return start, end, put
    return start - 1, match.end(), "[ip]:[port]" if match["port"] else "[ip]"


def _local_name_ranges(view: str) -> Iterator[tuple[int, int, str]]:
    """Yield names of mDNS: `0a1b2c3d-….local`, `Anns-MacBook.local`."""
    floor = 0
    for match in _LOCAL.finditer(view):
        start = _start_of_name(view, max(floor, match.start() - _LONGEST_NAME), match.start())
        anonymous = _UUID.fullmatch(view[start : match.start()][-_UUID_LENGTH:])
        if anonymous or (start < match.start() and not match["more"]):
            end = match.start() + len(".local")
            port = _PORT.match(view, end)
            has_port = port is not None and port["sign"] == ":"
            yield (
                start,
                port.end() if port and has_port else end,
                "[ip]:[port]" if has_port else "[ip]",
            )
            floor = end


def _start_of_name(view: str, floor: int, end: int) -> int:
    """Return the start of the host name that ends at `end`."""
    start = end
    while start > floor and (view[start - 1].isalnum() or view[start - 1] in "-_."):
        start -= 1
    return end - len(view[start:end].lstrip(".-"))


def redact_all_for_output(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Return the value with each of its texts, field names included, redacted for output."""
    return OutputRedactor().redact_all(value)


class OutputRedactor:
    """Redacts the parts of one output; its field names and most of its texts repeat."""

    def __init__(self) -> None:
        self.redact = lru_cache(_MAX_REPEATED)(redact_for_output)

    def redact_all(self, value: Any) -> Any:  # noqa: ANN401  any JSON
        """Return the value as `redact_all_for_output` does."""
        return _map_texts(value, self.redact)


def redact_all(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Return the value redacted as by `redact_all_for_output`, for texts that are cut first."""
    return _map_texts(value, redact)


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, str):
        return change(value)
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple):
        return [_map_texts(item, change) for item in value]
    if isinstance(value, Mapping):
        return {
            change(key) if isinstance(key, str) else key: _map_texts(item, change)
            for key, item in value.items()
        }
    return value
