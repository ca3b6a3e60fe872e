"""Failures of a person's media paths across stories, as one broken path has two codes.

Measured on the web SDK: while signalling works, a failing publish path is reported every 17 to 20
seconds, alternately as 4006 and 4005 from 0.13 on, and never as terminal. Silence therefore proves
more than a missing terminal event, except when the SDK cannot report at all.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from bot.domain.diagnosis.intervals import shift
from bot.domain.diagnosis.model import Story
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.sdk.text import (
    PUBLISH,
    REPORTS_BOTH_PATHS,
    SUBSCRIBE,
    is_firefox,
    is_ice,
    is_web_before,
)
from bot.domain.diagnosis.thresholds import ADD_HOLDS, SAME_CALL, STORY_GAP, SUBSCRIBE_RETRY
from bot.domain.events import ErrorEvent

_FAILED = 4005
_AT = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Run:
    """Failures of one path without a long pause between them, oldest first."""

    rows: tuple[ErrorEvent, ...]

    @property
    def span(self) -> timedelta:
        """Time from the first report to the last."""
        return self.rows[-1].at - self.rows[0].at

    @property
    def last(self) -> ErrorEvent:
        """The last report."""
        return self.rows[-1]


class MediaPaths:
    """Every 4005 and 4006 by person and direction."""

    def __init__(self, person_index: PersonIndex, events: Iterable[ErrorEvent]) -> None:
        self._rows: defaultdict[tuple[str, str], list[ErrorEvent]] = defaultdict(list)
        for event in events:
            if is_ice(event):
                self._rows[(person_index.of(event).key, event.type)].append(event)
        for rows in self._rows.values():
            rows.sort(key=_AT)

    def has_failure_after(self, person: str, moment: datetime) -> bool:
        """Return whether sending fails again within seconds of that moment."""
        rows = self._rows.get((person, PUBLISH), [])
        index = bisect_right(rows, moment, key=_AT)
        return index < len(rows) and rows[index].at - moment <= ADD_HOLDS

    def run_of(self, story: Story) -> Run:
        """Return the failures of this story's path, with both codes."""
        rows = self._rows.get((story.person.key, story.type), list(story.rows))
        begin = end = max(bisect_right(rows, story.first_at, key=_AT) - 1, 0)
        while begin and rows[begin].at - rows[begin - 1].at <= STORY_GAP:
            begin -= 1
        while end + 1 < len(rows) and rows[end + 1].at - rows[end].at <= STORY_GAP:
            end += 1
        return Run(tuple(rows[begin : end + 1]))

    def quiet_since(self, story: Story) -> datetime | None:
        """Return the time from which silence about sending means success; None if it never does."""
        run = self.run_of(story)
        if is_firefox(run.last) and run.last.error_code == _FAILED:
            return None
        if not is_web_before(story, REPORTS_BOTH_PATHS):
            return run.last.at
        silent = [run.last.at]
        begins, ends = run.rows[0].at, shift(run.last.at, SUBSCRIBE_RETRY)
        for row in self._rows.get((story.person.key, SUBSCRIBE), ()):
            if row.at > ends or row.at < shift(begins, -SAME_CALL):
                continue
            if row.is_terminal:
                return None
            silent.append(row.at)
        return max(silent)

    def receive_failures(self, person: str) -> Iterable[ErrorEvent]:
        """Return every report of a person's failures to receive."""
        return self._rows.get((person, SUBSCRIBE), [])
