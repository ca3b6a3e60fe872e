"""A chart in Slack: errors over time against people in the room.

https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.diagnosis import Diagnosis
from bot.domain.events import ErrorEvent
from bot.domain.report import Report
from bot.domain.rooms import Session
from bot.render.filters import count
from bot.render.message import Message
from bot.render.templates import MessageTemplates

COLUMNS = 20
"""The most points that Slack allows in a series."""
_PEOPLE, _SHARE = 3, 2
_STEPS = tuple(
    timedelta(seconds=step)
    for step in (5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400, 172_800)
)
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Column:
    """One stretch of time: its label, errors in it, people in the room during it."""

    label: str
    errors: int
    people: int


def is_room_wide(diagnosis: Diagnosis) -> bool:
    """Return True if failures affected at least three people and half of those in the room.

    False if the number of people in the room is unknown.
    """
    people = diagnosis.people
    if people.in_room is None:
        return False
    return people.affected >= _PEOPLE and people.affected * _SHARE >= people.in_room


def error_chart_message(templates: MessageTemplates, report: Report) -> Message | None:
    """Return the chart with its gist in words; None if the trouble is not room-wide."""
    diagnosis = report.diagnosis
    if diagnosis is None or not is_room_wide(diagnosis):
        return None
    events = [event for story in diagnosis.stories if story.timed for event in story.rows]
    columns = build_columns(events, report.sessions)
    if len(columns) < 2:  # noqa: PLR2004  one column shows no change over time
        return None
    worst = max(columns, key=lambda column: column.errors)
    gist = f"most at {worst.label} UTC: {count(worst.errors, 'error', 'errors')}"
    if worst.people:
        gist += f" with {count(worst.people, 'person', 'people')} in the room"
    day = min(event.at for event in events).astimezone(UTC)
    return templates.message(
        "spread",
        "spread",
        columns=columns,
        gist=gist,
        day=f"{day:%Y-%m-%d}",
        reference=report.lookup_id,
    )


def build_columns(events: Sequence[ErrorEvent], sessions: Sequence[Session]) -> tuple[Column, ...]:
    """Return at most 20 columns of equal length from the first error to the last; none without."""
    if not events:
        return ()
    first, last = min(event.at for event in events), max(event.at for event in events)
    step = _choose_step(first, last)
    begins = _floor(first, step)
    number = (last - begins) // step + 1
    errors = Counter((event.at - begins) // step for event in events)
    time_format = "%H:%M:%S" if step < _MINUTE else "%m-%d" if step >= _DAY else "%H:%M"
    if step >= _MINUTE and step < _DAY and last - begins >= _DAY:
        time_format = "%m-%d %H:%M"
    starts = [begins + step * index for index in range(number)]
    return tuple(
        Column(
            f"{since.astimezone(UTC):{time_format}}",
            errors[index],
            _count_present(sessions, since, since + step),
        )
        for index, since in enumerate(starts)
    )


def _choose_step(first: datetime, last: datetime) -> timedelta:
    for step in _STEPS:
        if (last - _floor(first, step)) // step + 1 <= COLUMNS:
            return step
    return _STEPS[-1] * ((last - first) // (_STEPS[-1] * (COLUMNS - 1)) + 1)


def _floor(moment: datetime, step: timedelta) -> datetime:
    """Return the moment, rounded down to a whole number of steps since midnight UTC."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step


def _count_present(sessions: Sequence[Session], since: datetime, until: datetime) -> int:
    """Return the number of people present in that time; a person who joined twice counts once."""
    person_ids = set()
    for session in sessions:
        for key, peer in session.peers.items():
            left = peer.left_at or session.ended_at
            if peer.joined_at and peer.joined_at < until and (left is None or left >= since):
                person_ids.add(peer.user_id or peer.id or key)
    return len(person_ids)
