"""A chart in Slack: people failing over time against people in the call.

https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.diagnosis import Diagnosis, Story
from bot.domain.report import Report
from bot.domain.rooms import Session
from bot.render.filters import count
from bot.render.message import Message
from bot.render.templates import MessageTemplates

COLUMNS = 20
"""The most points that Slack allows in a series."""
_PEOPLE, _SHARE = 3, 2
_STEPS = tuple(timedelta(minutes=step) for step in (1, 2, 5, 10, 30, 60, 120, 360, 1440, 2880))
_DAY = timedelta(days=1)
_MARGIN = 2
"""The points drawn before the first failure and after the last, while there is room."""


@dataclass(frozen=True, slots=True)
class Column:
    """One stretch of time: its label, people failing and people in the call during it."""

    label: str
    failing: int
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
    stories = [story for story in diagnosis.stories if story.timed]
    columns = build_columns(stories, report.sessions)
    if not columns:
        return None
    worst = max(columns, key=lambda column: column.failing)
    gist = f"most at {worst.label} UTC: {count(worst.failing, 'person', 'people')} failing"
    if worst.people:
        gist += f", {worst.people:,} in the call"
    day = min(story.first_at for story in stories).astimezone(UTC)
    return templates.message(
        "spread",
        "spread",
        columns=columns,
        gist=gist,
        day=f"{day:%Y-%m-%d}",
        reference=report.lookup_id,
    )


def build_columns(stories: Sequence[Story], sessions: Sequence[Session]) -> tuple[Column, ...]:
    """Return at most 20 columns of equal length around the failures; none without a failure."""
    if not stories:
        return ()
    first, last = min(story.first_at for story in stories), max(story.last_at for story in stories)
    step = _choose_step(first, last)
    begins = _floor(first, step)
    number = (last - begins) // step + 1
    margin = min(_MARGIN, (COLUMNS - number) // 2)
    starts = [begins + step * index for index in range(-margin, number + margin)]
    time_format = "%m-%d" if step >= _DAY else "%H:%M"
    if step < _DAY and starts[-1] - starts[0] >= _DAY:
        time_format = "%m-%d %H:%M"
    return tuple(
        Column(
            f"{since.astimezone(UTC):{time_format}}",
            _count_failing(stories, since, since + step),
            _count_present(sessions, since, since + step),
        )
        for since in starts
    )


def _count_failing(stories: Sequence[Story], since: datetime, until: datetime) -> int:
    """Return the number of people with a failure in progress in that time."""
    return len(
        {story.person.key for story in stories if story.first_at < until and story.last_at >= since}
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
