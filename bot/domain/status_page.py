"""The incidents of a public status page (Atlassian Statuspage), compared with a failure's time.

The page lags: an incident of 11 October 2025, 17:05 to 18:15 UTC, was posted at 20:40. So a page
without an incident proves nothing, and an incident that was posted afterwards counts for the hours
that its text names.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.text import clip

STATUS_PAGE = "https://status.100ms.live"
STATUS_CHECK = "check status.100ms.live, then "
"""The part of a step that asks a person to look at the status page."""

NOTHING_POSTED = "shows nothing for that time, which proves nothing: it was hours late before."

LATER = timedelta(hours=3)
"""Time after a service answer at which the page is read again."""

MAX_NAME, MAX_LINK = 120, 500
_NOTICED_LATE = timedelta(minutes=15)
"""Time by which an incident usually begins before its report."""
_AFTERWARDS = timedelta(minutes=15)
"""An incident that is resolved so soon after its report was reported when it was over."""
_LATEST_REPORT = timedelta(hours=6)
"""Longest time from a failure to a report that was made afterwards and names no time."""

_HOURS = re.compile(
    r"\b([01]?\d|2[0-3]):([0-5]\d)\s*(?:UTC|GMT)?\s*(?:and|to|until|till|-|\u2013|\u2014)\s*"
    r"([01]?\d|2[0-3]):([0-5]\d)\s*(?:UTC|GMT)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident of a status page. Times are UTC; `ends` is None while it is not resolved.

    `text` holds its updates. `link` is an http(s) address.
    """

    id: str
    name: str
    link: str
    begins: datetime
    posted: datetime
    ends: datetime | None = None
    text: str = ""

    @property
    def posted_afterwards(self) -> bool:
        """Whether it was reported when it was over, without the time at which it began."""
        if self.ends is None or self.begins < self.posted:
            return False
        return self.ends - self.posted <= _AFTERWARDS

    def spans(self) -> Iterator[tuple[datetime, datetime | None]]:
        """Yield the times that it covers: as stated in its fields, and as named in its text."""
        yield self.begins - _NOTICED_LATE, self.ends
        for match in _HOURS.finditer(self.text):
            hours = [int(digits) for digits in match.groups()]
            day = self.posted.replace(second=0, microsecond=0)
            begins = day.replace(hour=hours[0], minute=hours[1])
            ends = day.replace(hour=hours[2], minute=hours[3])
            if begins > self.posted:
                begins, ends = begins - timedelta(days=1), ends - timedelta(days=1)
            yield begins, ends if ends >= begins else ends + timedelta(days=1)

    def overlaps(self, first: datetime, last: datetime) -> bool:
        """Return whether it covers a part of the time from `first` to `last`."""
        return any(
            begins <= last and (ends is None or ends >= first) for begins, ends in self.spans()
        )


@dataclass(frozen=True, slots=True)
class StatusFinding:
    """The result of reading a status page for the time of a failure.

    `name` and `link` are those of the incident that overlaps it, "" if there is none. `known` are
    ids of the incidents on the page.
    """

    name: str = ""
    link: str = ""
    known: tuple[str, ...] = ()


class StatusPage(Protocol):
    """A public status page."""

    async def incidents(self) -> tuple[Incident, ...] | None:
        """Return its latest incidents, at most a minute old; None if it cannot be read."""


def find_incident(incidents: Iterable[Incident], first: datetime, last: datetime) -> StatusFinding:
    """Return the finding for a failure from `first` to `last`.

    Of several incidents the one that began nearest to the failure counts.
    """
    rows = tuple(incidents)
    fitting = [incident for incident in rows if incident.overlaps(first, last)]
    known = tuple(incident.id for incident in rows)
    if not fitting:
        return StatusFinding(known=known)
    nearest = min(fitting, key=lambda incident: (abs(incident.begins - first), incident.id))
    return StatusFinding(nearest.name, nearest.link, known)


def find_new_incident(
    incidents: Iterable[Incident], known: Collection[str], first: datetime, last: datetime
) -> StatusFinding:
    """Return the finding among the incidents that are not `known`.

    An incident that was reported afterwards and names no time counts if it was posted within hours
    of the failure.
    """
    new = [incident for incident in incidents if incident.id not in known]
    found = find_incident(new, first, last)
    if found.name:
        return found
    late = [
        incident
        for incident in new
        if incident.posted_afterwards
        and not _HOURS.search(incident.text)
        and timedelta(0) <= incident.posted - first <= _LATEST_REPORT
    ]
    if not late:
        return found
    latest = min(late, key=lambda incident: (incident.posted, incident.id))
    return StatusFinding(latest.name, latest.link, found.known)


def shorten_name(name: str) -> str:
    """Return an incident's name, bounded."""
    return clip(name, MAX_NAME)
