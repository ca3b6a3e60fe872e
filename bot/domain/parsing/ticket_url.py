"""URL templates of ticket systems, as the settings `TICKET_URL_<NAME>` hold them.

A filled URL opens the form for a new ticket in the reader's browser; the bot sends nothing there.
Every value is percent-encoded, so that no text can add a parameter or leave its place.
https://www.rfc-editor.org/rfc/rfc3986#section-2.3
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote, urlsplit

from bot.domain.errors import Misconfigured
from bot.domain.text import clip

MAX_URL = 3_000
"""Characters of a button's URL.
https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
MAX_FIXED = 2_700
"""Characters of a URL without title and body, so that these have room."""
MAX_TITLE = 200
"""Characters of a title; Jira accepts 255."""
MAX_PERMALINK = 300
"""Characters of an encoded permalink. A longer one is left out."""
MAX_LABEL = 40
PLACEHOLDERS = ("title", "body", "reference", "permalink")
PERMALINK = "{permalink}"
"""Stands in a URL until the answer is posted. No other brace does, because values are encoded."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*")
_IS_ADDRESS = re.compile(r"[!#-;=?-\[\]_a-z~]*")
"""Printable ASCII without quotation marks, angle brackets, backslash, caret, back-tick and bar."""
_PREFIX = "TICKET_URL_"
_REFERENCE = len("CD-ABCD2345")
_NEXT_STEP = (
    "Write the address of your ticket system's form for a new ticket, such as "
    "https://example.atlassian.net/secure/CreateIssueDetails!init.jspa?summary={title}."
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The text of a ticket; `reference` is the look-up's `CD-…`."""

    title: str
    body: str
    reference: str


@dataclass(frozen=True, slots=True)
class TicketUrl:
    """One ticket system: its name in buttons, a key for action ids, and its URL template."""

    label: str
    template: str

    @property
    def key(self) -> str:
        """Return the name in the form that action ids and menus hold: `linear_app`."""
        return self.label.lower().replace(" ", "_")

    @property
    def button(self) -> str:
        """Return the button's text."""
        return f"Create {self.label} ticket"

    def fill(self, ticket: Ticket) -> str:
        """Return the URL of a ticket, with PERMALINK in place of a link that is not known yet.

        It has at most MAX_URL characters, also once the permalink is filled in. The body is cut
        first, then the title.
        """
        space = MAX_URL - self.fixed_length
        title = _encode_within(clip(ticket.title, MAX_TITLE), space, self._count("title"))
        space -= len(title) * self._count("title")
        values = {
            "title": title,
            "body": _encode_within(ticket.body, space, self._count("body")),
            "reference": _encode(ticket.reference),
            "permalink": PERMALINK,
        }
        return _PLACEHOLDER.sub(lambda match: values[match[1]], self.template)

    @property
    def fixed_length(self) -> int:
        """Return the most characters of a URL without its title and body."""
        values = _REFERENCE * self._count("reference") + MAX_PERMALINK * self._count("permalink")
        return len(_PLACEHOLDER.sub("", self.template)) + values

    def _count(self, name: str) -> int:
        return self.template.count(f"{{{name}}}")


def fill_permalink(url: str, permalink: str) -> str:
    """Return the URL with the permalink in its place; "" leaves the place empty."""
    encoded = _encode(permalink)
    return url.replace(PERMALINK, encoded if len(encoded) <= MAX_PERMALINK else "")


def parse_ticket_urls(templates: Mapping[str, str]) -> tuple[TicketUrl, ...]:
    """Return the ticket systems of the settings, by what follows TICKET_URL_ in their names.

    They are in the order of their labels. Raises Misconfigured, naming the setting.
    """
    tickets = [_parse(name, template) for name, template in templates.items()]
    tickets.sort(key=lambda ticket: ticket.key)
    for before, after in pairwise(tickets):
        if before.key == after.key:
            raise _refusal(after.label.upper(), "is set twice, in two spellings")
    return tuple(tickets)


def _parse(name: str, template: str) -> TicketUrl:
    label = label_of(name)
    if not _NAME.fullmatch(name) or len(label) > MAX_LABEL:
        raise _refusal(name, f"needs a name of at most {MAX_LABEL} letters and digits")
    fault = _fault(template.strip())
    if fault:
        raise _refusal(name, fault)
    return TicketUrl(label, template.strip())


def label_of(name: str) -> str:
    """Return `Jira` for JIRA and `Linear App` for LINEAR_APP; `GitHub` stays as it is written."""
    words = name.split("_")
    return " ".join(word.capitalize() if name.upper() == name else word for word in words)


def _fault(template: str) -> str:
    """Return what is wrong with a template, to follow the setting's name; "" if nothing is."""
    unknown = [word for word in _PLACEHOLDER.findall(template) if word not in PLACEHOLDERS]
    fixed = _PLACEHOLDER.sub("", template)
    if unknown:
        return f"holds {{{unknown[0]}}}; the placeholders are {_list_placeholders()}"
    if "{" in fixed or "}" in fixed:
        known = _list_placeholders()
        return f"holds a brace that belongs to no placeholder; the placeholders are {known}"
    if not _IS_ADDRESS.fullmatch(fixed):
        return "holds a character that an address may not hold; encode it with %"
    length = TicketUrl("", template).fixed_length
    if length > MAX_FIXED:
        return f"is too long: {length:,} characters without title and body, at most {MAX_FIXED:,}"
    return _fault_of_host(template, fixed)


def _fault_of_host(template: str, fixed: str) -> str:
    try:
        parts = urlsplit(fixed)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or not host:
        return "must start with https:// (or http://) and a host"
    if "@" in parts.netloc or "{" in re.split("[/?#]", template.partition("://")[2])[0]:
        return "must not hold a user name, a password or a placeholder before the path"
    return ""


def _list_placeholders() -> str:
    return ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)


def _refusal(name: str, fault: str) -> Misconfigured:
    return Misconfigured(
        f"{_PREFIX}{name} {fault}.",
        headline="A ticket's address cannot be used",
        next_step=_NEXT_STEP,
    )


def _encode(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _encode_within(text: str, space: int, times: int) -> str:
    """Return the encoded text, cut between characters so that `times` copies fit the space."""
    most = space // times if times else 0
    encoded = _encode(text)
    if len(encoded) <= most:
        return encoded
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if len(_encode(clip(text, middle))) <= most:
            low = middle
        else:
            high = middle - 1
    return _encode(clip(text, low))
