"""The address that Slack sends with a command or a click: five answers in thirty minutes.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cachetools import TTLCache

SLACK_HOST = "hooks.slack.com"
MAX_USES = 5
# Slack says 30 minutes; near the end, Slack's clock and ours may disagree.
LIFETIME_SECONDS = 25 * 60


@dataclass(slots=True)
class ResponseUrl:
    """A response_url and the number of its uses. It is a secret for half an hour: never log it."""

    address: str = field(repr=False)
    born: float = field(default_factory=time.time)
    used: int = 0
    dead: bool = False
    now: Callable[[], float] = field(default=time.time, repr=False)

    @property
    def uses_left(self) -> int:
        """Return how many answers the address still takes.

        The clock does not count here: a job that continues later would take other steps than it
        recorded.
        """
        return 0 if self.dead else max(0, MAX_USES - self.used)

    @property
    def is_expired(self) -> bool:
        """Return whether Slack no longer accepts answers there."""
        return self.now() - self.born > LIFETIME_SECONDS


def parse_response_url(address: str) -> ResponseUrl | None:
    """Return the response_url, or None if the text is not an address."""
    return ResponseUrl(address) if address.startswith(("https://", "http://")) else None


def is_slack_address(address: str, api_url: str) -> bool:
    """Return whether an address belongs to Slack's host over https or to `SLACK_API_URL`.

    For `SLACK_API_URL`, the scheme, host and port must be the same.
    """
    if not address.isprintable() or "\\" in address or "@" in address or " " in address:
        return False
    try:
        return _origin(address) in (("https", SLACK_HOST, _PORTS["https"]), _origin(api_url))
    except (ValueError, KeyError):
        return False


_PORTS = {"https": 443, "http": 80}


def _origin(address: str) -> tuple[str, str, int]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


MAX_MODALS = 5000


class ModalUrls:
    """The response_urls of open modals, by ticket.

    Slack keeps a modal's `private_metadata` for us. A response_url is a secret, so it stays in our
    memory, and the modal carries only a ticket for it. After a restart the answer takes another
    route.
    """

    def __init__(self) -> None:
        self._urls: TTLCache[str, ResponseUrl] = TTLCache(MAX_MODALS, LIFETIME_SECONDS)

    def save(self, url: ResponseUrl | None) -> str:
        """Store the response_url, and return its ticket."""
        ticket = secrets.token_urlsafe(9)
        if url is not None:
            self._urls[ticket] = url
        return ticket

    def find(self, ticket: str) -> ResponseUrl | None:
        """Return the response_url of a ticket; None if there is none, or it is expired."""
        return self._urls.get(ticket)
