"""The table of who failed and why: one row for each entry of the thread, the latest first.

Up to 20 rows are a `table`; more are a `data_table`, which sorts and filters.
https://docs.slack.dev/reference/block-kit/blocks/data-table-block
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate

from bot.domain.device import device_line
from bot.render.answer.entry_selection import EntrySource
from bot.render.answer.thread_entry import (
    EntryBuilder,
    ending_of,
    evidence_of,
    name_of,
    what_failed,
)
from bot.render.filters import EMPTY, UNKNOWN
from bot.render.limits import escaped_length, fit
from bot.render.phrases import coded_title, safe_text

MAX_ROWS = 100
"""The most rows of one table, its head not counted."""
_PLAIN_ROWS = 20
"""The most rows of a plain `table`."""
MAX_TABLE = 12_000
"""The most characters of a table as lines of text, the form for clients that know no tables."""
_GAP = 2
_NAME, _CAUSE, _DEVICE, _PROOF, _EVENT = 80, 100, 60, 60, 60

NUMBER, WHEN, WHO, WHAT, CAUSE, DEVICE, ENDING, PROOF, EVENT = (
    "#", "When", "Who", "What", "Why", "Device", "How it ended", "What followed", "Event",
)  # fmt: skip
WITH_DETAILS = (NUMBER, WHEN, WHO, CAUSE, DEVICE, ENDING)
"""The columns of a table that detail follows."""
ALONE = (NUMBER, WHEN, WHO, CAUSE, ENDING, EVENT)
"""The columns of a table without detail."""
RECOVERED = (NUMBER, WHEN, WHO, CAUSE, PROOF, EVENT)
"""The columns of a table of failures that went away."""
TIMELINE = (WHEN, WHO, WHAT, CAUSE, ENDING)
"""The columns of a table in order of time, whose times have seconds."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `at` is set for a time, whose `text` is then its form in UTC."""

    text: str
    at: datetime | None = None


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FailureTable:
    """A table: its columns' names and its rows of equal length.

    `one_day` is true if all its times are of one day, which is then not repeated.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    one_day: bool

    def reversed(self) -> "FailureTable":
        """Return the table with the oldest failure first."""
        return replace(self, rows=self.rows[::-1])

    @property
    def seconds(self) -> bool:
        """Whether its times show seconds."""
        return self.columns == TIMELINE

    @property
    def sortable(self) -> bool:
        """Whether it is long enough to need sorting, filters and pages."""
        return len(self.rows) > _PLAIN_ROWS


def failure_table(
    sources: Sequence[EntrySource],
    columns: tuple[str, ...],
    builder: EntryBuilder,
    *,
    space: int = MAX_TABLE,
) -> FailureTable:
    """Return a table of the first entries: at most 100, and as many as the space allows.

    At least one entry is shown. `space` is in characters.
    """
    listed = sources[:MAX_ROWS]
    one_day = len({source.rows[0].at.astimezone(UTC).date() for source in listed}) == 1
    rows = tuple(_row(source, columns, builder, one_day=one_day) for source in listed)
    sizes = accumulate(map(row_size, rows), initial=sum(map(len, columns)))
    number = sum(size <= space for size in sizes) - 1
    return FailureTable(columns, rows[: max(number, 1)], one_day=one_day)


def row_size(row: Row) -> int:
    """Return the characters of a row as a line of text, escaped."""
    return sum(escaped_length(cell.text) + _GAP for cell in row)


def _row(
    source: EntrySource, columns: tuple[str, ...], builder: EntryBuilder, *, one_day: bool
) -> Row:
    return tuple(
        _time_cell(source, seconds=columns == TIMELINE, one_day=one_day)
        if column == WHEN
        else Cell(_TEXTS[column](source, builder) or EMPTY)
        for column in columns
    )


def _time_cell(source: EntrySource, *, seconds: bool, one_day: bool) -> Cell:
    event = source.rows[0]
    if not event.timed:
        return Cell(UNKNOWN)
    form = f"{'' if one_day else '%d %b '}%H:%M{':%S' if seconds else ''}"
    return Cell(f"{event.at.astimezone(UTC):{form}} UTC", event.at)


def _cause_text(source: EntrySource, builder: EntryBuilder) -> str:
    title = builder.explanation(source).entry.title
    return fit(coded_title(title, source.event.error_code), _CAUSE)


def _device_text(source: EntrySource, _: EntryBuilder) -> str:
    """Return browser or phone with its system; the SDK's version stands in the detail."""
    line = device_line(source.event.agent, source.event.domain)
    return fit(safe_text(line).partition(" · ")[0], _DEVICE)


_TEXTS: dict[str, Callable[[EntrySource, EntryBuilder], str]] = {
    NUMBER: lambda source, _: str(source.number),
    WHO: lambda source, _: fit(name_of(source), _NAME),
    CAUSE: _cause_text,
    DEVICE: _device_text,
    ENDING: lambda source, _: ending_of(source.stories[0]) if source.stories else "",
    WHAT: lambda source, _: fit(safe_text(what_failed(source)), _CAUSE),
    PROOF: lambda source, _: fit(evidence_of(source), _PROOF),
    EVENT: lambda source, _: fit(safe_text(source.event.id), _EVENT),
}
