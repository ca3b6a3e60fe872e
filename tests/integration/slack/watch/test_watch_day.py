"""Many watches for a long time: the real bot, jobs and database, on a faked clock.

The suite runs a short day; `scripts/watch-day` runs 100 watches for 24 hours.
"""

import re
import resource
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, table

from bot.slack.watch.job import LOOKS_PER_JOB
from bot.storage import jobs_url
from tests.support.slack.edge_harness import check_all, lookup_of
from tests.support.slack.watch_day import PEOPLE, WatchDay, open_watch_day
from workbench.postgres import postgres_server
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_text

RETRY = 60
"""Seconds after a break until the SDK gives up."""
EARLY, EARLY_SECONDS = 8, 3600
"""Of ten watches this one has no time of its own: its call ends before the two hours of such a
watch, and the watch with it."""
PROMISED = 45
"""So many watches tell a change within 100 s."""
LOOK_CALLS = 7.0
"""Calls of a look at a call in trouble: with more watches each look waits for all others."""


def told_within(count: int) -> float:
    """Return the seconds within which a change is told while so many watches run."""
    return 100.0 if count <= PROMISED else LOOK_CALLS * count


def words(message: Message) -> str:
    return " ".join(visible_text(message.blocks).split())


def row_counts(database_url: str) -> Counter[str]:
    """Return the number of rows in the tables of jobs."""
    engine = create_engine(jobs_url(database_url))
    schema = None if engine.dialect.name == "sqlite" else "dbos"
    names = ("workflow_status", "workflow_input", "operation_outputs")
    try:
        with engine.connect() as connection:
            queries = {n: select(func.count()).select_from(table(n, schema=schema)) for n in names}
            return Counter({n: connection.execute(q).scalar_one() for n, q in queries.items()})
    finally:
        engine.dispose()


class Script:
    """Whose network breaks when, and when they are back."""

    def __init__(self, day: WatchDay, count: int, seconds: float) -> None:
        self.cycle = max(1200.0, seconds / 12)
        # A failure that is over before the next look is folded away, as it should be; one that
        # lasts over ten minutes is told in other words.
        self.mend = RETRY + (400.0 if count <= PROMISED else 560.0)
        self.due: dict[int, list[tuple[float, str]]] = {n: [] for n in range(count)}
        self._day = day
        for number in range(count):
            offset = 60 + number * self.cycle / 4 / count
            ended = min(seconds / 2, EARLY_SECONDS) if number % 10 == EARLY else seconds
            for cycle in range(int(ended // self.cycle) or 1):
                self._break(number, cycle % PEOPLE, offset + cycle * self.cycle)
            if number % 10 == EARLY:
                day.time.after(ended + 300, partial(self._end, number))

    def _break(self, number: int, person: int, at: float) -> None:
        room, time = self._day.rooms[number], self._day.time
        time.after(at, lambda: room.break_network(person, time.now()))
        time.after(at + self.mend, lambda: room.mend(person, time.now()))
        self.due[number] += [(at + RETRY, "did not get back in"), (at + self.mend, "recovered")]

    def _end(self, number: int) -> None:
        self._day.rooms[number].end(self._day.time.now())


def check_budget(calls: list[float]) -> None:
    """At most one call a second, whatever ten seconds one takes."""
    by_ten = Counter(int(second // 10) for second in calls)
    assert max(by_ten.values()) <= 10 + 1
    by_one = Counter(round(second, 3) for second in calls)
    assert max(by_one.values()) == 1


def check_lines(day: WatchDay, script: Script, number: int, limit: float) -> list[float]:
    """Each change is told once, in order, within the limit; return how long each took."""
    lines = [line for line in day.lines_of(number) if "The call is over" not in words(line)]
    at = [(day.shown_at[line.ts] - day.began).total_seconds() for line in lines]
    due = script.due[number]
    told = [words(line) for line in lines]
    assert len(told) == len(due), (number, at, due)
    assert [phrase for (_, phrase), line in zip(due, told, strict=True) if phrase not in line] == []
    late = [moment - wanted for moment, (wanted, _) in zip(at, due, strict=True)]
    assert all(0 <= seconds <= limit for seconds in late), (number, late)
    assert all(after - before >= 60 for before, after in pairwise(at)), at
    return late


async def run_day(
    folder: Path, count: int, hours: float, url: str, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Run the day, judge it, and return its numbers."""
    seconds, rows = hours * 3600, []
    url = url or f"sqlite:///{folder / 'bot.db'}"
    async with open_watch_day(folder, count, url) as day:
        for number in range(count):
            await day.start(number, "" if number % 10 == EARLY else f"for {int(seconds)}s")
        await day.pass_(1)
        day.begin()
        script = Script(day, count, seconds)
        for _ in range(int(hours) or 1):
            await day.pass_(seconds / (int(hours) or 1))
            rows.append(row_counts(url))
            tell(f"{day.seconds / 3600:.1f} h, {len(day.calls)} calls, rows {dict(rows[-1])}")
        await day.pass_(600.0 + 3 * count)
        assert await day.running() == 0
        assert day.live.calls == {}
        assert day.live.wakes == {}
        ends = Counter(re.search(r"The \w+ is over", words(m))[0] for m in day.messages())  # type: ignore[index]
        check_budget(day.calls)
        check_all(day.bench)
        late = [s for n in range(count) for s in check_lines(day, script, n, told_within(count))]
        assert len({lookup_of(message) for message in day.messages()}) == count
        looks = [day.looks[number] for number in range(count) if number % 10 != EARLY]
        assert min(looks) > 0.7 * max(looks)
        assert max(row["operation_outputs"] for row in rows) <= count * (LOOKS_PER_JOB + 10) * 1.5
        return {
            "calls": len(day.calls),
            "calls a watch": (min(looks), max(looks)),
            "changes told": len(late),
            "seconds until told": (round(min(late)), round(max(late))),
            "ends": dict(ends),
            "most rows": {table: max(row[table] for row in rows) for table in rows[0]},
            "memory at the end, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


@pytest.mark.timeout(0)
@pytest.mark.parametrize(("kind", "few"), [("sqlite", 10), ("postgresql", 4)])
async def test_a_day_of_watches(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    few: int,
) -> None:
    """The budget holds, no watch is lost, nothing is told twice or late, and all end."""
    count = request.config.getoption("--watches", default=0) or few
    hours = request.config.getoption("--watch-hours", default=0.0) or 0.4

    def tell(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}\n")

    with ExitStack() as stack:
        url = ""
        if kind == "postgresql":
            url = stack.enter_context(postgres_server()).database("watches")
        numbers = await run_day(tmp_path, count, hours, url, tell)
    tell(f"{count} watches, {hours} hours, {kind}: {numbers}")
    assert numbers["calls"] <= hours * 3600 + 900
