"""The address that Slack gives with a command or a click: five answers in thirty minutes.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HOST = "hooks.slack.com"
USES = 5
# Slack says 30 minutes; near the end its clock and ours may disagree.
SECONDS = 25 * 60


@dataclass(slots=True)
class ResponseUrl:
    """One address and how often we used it. A secret for half an hour: never logged."""

    address: str = field(repr=False)
    born: float = field(default_factory=time.time)
    used: int = 0
    dead: bool = False
    now: Callable[[], float] = field(default=time.time, repr=False)

    @property
    def left(self) -> int:
        """How many answers it still takes, unless it is too old by now.

        Not asked of the clock: a job that goes on later would take other steps than it recorded.
        """
        return 0 if self.dead else max(0, USES - self.used)

    @property
    def aged(self) -> bool:
        """Whether Slack no longer takes anything there."""
        return self.now() - self.born > SECONDS


def response_url(address: str) -> ResponseUrl | None:
    """The address of a payload, or None when it has none that is one."""
    return ResponseUrl(address) if address.startswith(("https://", "http://")) else None


def is_slacks(address: str, api_url: str) -> bool:
    """True of Slack's own host over https, and of the scheme, host and port of `SLACK_API_URL`."""
    if not address.isprintable() or "\\" in address or "@" in address or " " in address:
        return False
    try:
        return _place(address) in (("https", HOST, _PORTS["https"]), _place(api_url))
    except (ValueError, KeyError):
        return False


_PORTS = {"https": 443, "http": 80}


def _place(address: str) -> tuple[str, str, int]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]
