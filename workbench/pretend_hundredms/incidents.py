"""The content of the pretend status page: three real incidents of 100ms, and its moods."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Mood = Literal["well", "slow", "drip", "broken", "html", "cut", "huge", "redirect", "odd", "deep"]
MOODS: dict[str, str] = {
    "well": "answers",
    "slow": "answers after `seconds`",
    "drip": "sends a byte every 50 ms and never ends",
    "broken": "status 503",
    "html": "a page of HTML with status 200",
    "cut": "JSON that ends in the middle",
    "huge": "more than three megabytes",
    "redirect": "sends the reader to another address of this machine",
    "odd": "JSON of another form",
    "deep": "JSON of 100,000 levels",
}


def incident(  # noqa: PLR0913  the fields of an incident
    identity: str,
    name: str,
    *,
    created: str,
    resolved: str | None,
    started: str | None = None,
    text: str = "",
    impact: str = "major",
    link: str | None = None,
) -> Json:
    """An incident as a Statuspage sends it; times are ISO 8601."""
    updates = [{"body": text, "status": "resolved" if resolved else "investigating"}]
    return {
        "id": identity,
        "name": name,
        "status": "resolved" if resolved else "investigating",
        "impact": impact,
        "created_at": created,
        "updated_at": resolved or created,
        "started_at": started or created,
        "resolved_at": resolved,
        "shortlink": f"https://stspg.io/{identity}" if link is None else link,
        "components": [],
        "incident_updates": [{**update, "display_at": created} for update in updates],
    }


INCIDENTS: tuple[Json, ...] = (
    incident(
        "g5t3y1p8q2ww",
        "India region is facing issue for conferencing, streaming and recording",
        created="2026-08-13T11:48:00.000Z",
        resolved="2026-08-13T13:09:00.000Z",
        text="This incident has been resolved.",
    ),
    incident(
        "h8k2m4n6r9xx",
        "Conferencing services are not working",
        created="2026-03-31T06:02:00.000Z",
        resolved="2026-03-31T07:14:00.000Z",
        text="A fix is in place and we are monitoring the results.",
        impact="critical",
    ),
    incident(
        "j1l3p5s7t0yy",
        "Users were unable to join the room in US and EU region",
        created="2025-10-11T20:40:00.000Z",
        resolved="2025-10-11T20:40:00.000Z",
        text="There was a spike in the peer join failure metric between 17:05 and 18:15 UTC.",
    ),
)


@dataclass(slots=True)
class StatusPage:
    """The content and the behaviour of the page. `reads` counts the times that it was asked."""

    incidents: list[Json] = field(default_factory=lambda: list(INCIDENTS))
    mood: Mood = "well"
    seconds: float = 5.0
    reads: int = 0
