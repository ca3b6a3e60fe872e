"""A process killed, or its database crashed, at every step boundary and within every step.

Judged by the pretend Slack's own record alone: every part there, none twice, right thread, right
order, the opening final. CI strikes three points of each case; `scripts/crash-matrix` all.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest

from tests.support.crash.databases import Databases, Kind
from tests.support.crash.points import CLEARING, MOMENTS, Point
from tests.support.crash.record import Expected
from tests.support.crash.runs import Outcome, disturbed, undisturbed
from tests.support.crash.stage import Case
from workbench.pretend_hundredms.scenes.live import LIVE_ROOM

AT_ONCE = 3
TRIES = 3
"""A point that a run never comes to gives way to the next: calls side by side vary in number."""
SPREAD = 7
"""Has no divisor in common with the number of cases: neighbours strike far from each other."""
MANY_PARTS, WITH_FILES, ALONE = "all-types", "hostile", "one-bad-user private"
FEW_PARTS = "one-bad-user"

MATRIX: Sequence[tuple[Kind, Case]] = (
    ("sqlite", Case("command", "restart", MANY_PARTS)),
    ("sqlite", Case("mention", "restart", MANY_PARTS)),
    ("postgresql", Case("command", "restart", MANY_PARTS)),
    ("postgresql", Case("command", "takeover", MANY_PARTS)),
    ("postgresql", Case("mention", "takeover", MANY_PARTS)),
    ("postgresql", Case("command", "database", MANY_PARTS)),
    ("postgresql", Case("mention", "database", MANY_PARTS)),
    # Where we may not read, a part whose fate is unknown is not repeated but named.
    ("sqlite", Case("command", "restart", MANY_PARTS, readable=False)),
    ("postgresql", Case("mention", "takeover", MANY_PARTS, readable=False)),
    # What carries no mark cannot be found again: files, and what only the asker sees.
    ("sqlite", Case("command", "restart", WITH_FILES)),
    ("sqlite", Case("command", "restart", ALONE)),
    ("sqlite", Case("press", "restart", MANY_PARTS)),
    ("sqlite", Case("press", "restart", MANY_PARTS, button="timeline")),
    ("postgresql", Case("press", "takeover", MANY_PARTS)),
    ("postgresql", Case("press", "database", MANY_PARTS, button="timeline")),
    ("sqlite", Case("vote", "restart", FEW_PARTS)),
    ("postgresql", Case("vote", "takeover", FEW_PARTS)),
    ("postgresql", Case("vote", "database", FEW_PARTS)),
    ("sqlite", Case("refresh", "restart", FEW_PARTS)),
    ("postgresql", Case("refresh", "takeover", FEW_PARTS)),
    ("postgresql", Case("refresh", "database", FEW_PARTS)),
    ("sqlite", Case("take", "restart", FEW_PARTS)),
    ("postgresql", Case("take", "takeover", FEW_PARTS)),
    ("postgresql", Case("take", "database", FEW_PARTS)),
    ("sqlite", Case("watch", "restart", LIVE_ROOM)),
    ("postgresql", Case("watch", "takeover", LIVE_ROOM)),
    ("postgresql", Case("watch", "database", LIVE_ROOM)),
    ("sqlite", Case("workflow", "restart", MANY_PARTS)),
    ("postgresql", Case("workflow", "takeover", MANY_PARTS)),
    ("postgresql", Case("workflow", "database", MANY_PARTS)),
)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("kind", "case"), MATRIX, ids=str)
async def test_nothing_is_lost_and_nothing_is_said_twice(
    databases: Databases, forks: str, every: int, kind: Kind, case: Case
) -> None:
    async with databases.one(kind) as database:
        expected, points = await undisturbed(case, database, forks)
    if case.how == "takeover":  # either replica clears, whoever comes first
        points = [point for point in points if not point.label.startswith(CLEARING)]
    number = MATRIX.index((kind, case))
    wanted = range(number % every, len(points), every) if every else few(points, number)
    outcomes = await Run(databases, forks, kind, case, expected, points).strike(wanted)
    wrong = [str(outcome) for outcome in outcomes if outcome.wrong]
    assert not wrong, "\n\n".join(wrong)
    missed = [str(outcome.point) for outcome in outcomes if not outcome.struck]
    assert len(missed) * 20 <= len(outcomes), f"never reached: {missed}"


def few(points: Sequence[Point], number: int) -> list[int]:
    """For CI: a call of each service and a commit, others in each case (of that `number`)."""
    share = number * SPREAD % len(MATRIX)
    chosen = []
    for place in MOMENTS:
        mine = [at for at, point in enumerate(points) if point.place == place]
        if mine:  # a press may find all in memory
            chosen.append(mine[share * len(mine) // len(MATRIX)])
    return chosen


@dataclass(frozen=True, slots=True)
class Run:
    """What all runs of one case have in common."""

    databases: Databases
    forks: str
    kind: Kind
    case: Case
    expected: Expected
    points: Sequence[Point]

    async def strike(self, wanted: Iterable[int]) -> list[Outcome]:
        """One run for each point that is wanted, a few side by side."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def run(number: int) -> Outcome:
            async with turns:
                return await self._at_or_after(number)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(number)) for number in wanted]
        return [task.result() for task in tasks]

    async def _at_or_after(self, number: int) -> Outcome:
        outcome = None
        for point in self.points[number : number + TRIES]:
            crashing = self.case.how == "database"
            async with self.databases.one(self.kind, crashing=crashing) as database:
                outcome = await disturbed(self.case, point, self.expected, database, self.forks)
            if outcome.struck or outcome.wrong:
                break
        assert outcome is not None
        return outcome
