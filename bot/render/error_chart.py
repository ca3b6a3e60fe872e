"""How far it reached, over time: errors against people in the room, as a chart of Slack's own.

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
"""Slack's most points in a series."""
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
    """True if at least three people, and half of those known to be in the room, were affected."""
    people = diagnosis.people
    if people.in_room is None:
        return False
    return people.affected >= _PEOPLE and people.affected * _SHARE >= people.in_room


def error_chart_message(templates: MessageTemplates, report: Report) -> Message | None:
    """The chart with its gist in words; None for what is no matter of the room."""
    diagnosis = report.diagnosis
    if diagnosis is None or not is_room_wide(diagnosis):
        return None
    events = [event for story in diagnosis.stories if story.timed for event in story.rows]
    columns = build_columns(events, report.sessions)
    if len(columns) < 2:  # noqa: PLR2004  one column is no course
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
    """At most twenty columns of equal length from the first error to the last; none without."""
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
    """The moment, cut to a whole number of steps since the day began, UTC."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step


def _count_present(sessions: Sequence[Session], since: datetime, until: datetime) -> int:
    """People whose stay touches that time; somebody who joined twice counts once."""
    person_ids = set()
    for session in sessions:
        for key, peer in session.peers.items():
            left = peer.left_at or session.ended_at
            if peer.joined_at and peer.joined_at < until and (left is None or left >= since):
                person_ids.add(peer.user_id or peer.id or key)
    return len(person_ids)
