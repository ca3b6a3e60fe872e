"""A process killed, or its database crashed, at every step boundary and within every step.

Judged by the pretend Slack's own record alone: every part there, none twice, right thread, right
order, the opening final. CI strikes a spread of the points; `scripts/crash-matrix` strikes all.
"""

import asyncio
from collections.abc import Sequence

import pytest
from crash_databases import Databases, Kind
from crash_points import Point
from crash_record import Expected
from crash_stage import Case, Outcome, disturbed, undisturbed

AT_ONCE = 3
MANY_PARTS, WITH_FILES, ALONE = "all-types", "hostile", "one-bad-user private"

MATRIX: Sequence[tuple[Kind, Case]] = (
    ("sqlite", Case("command", "restart", MANY_PARTS)),
    ("sqlite", Case("mention", "restart", MANY_PARTS)),
    ("postgresql", Case("command", "restart", MANY_PARTS)),
    ("postgresql", Case("command", "takeover", MANY_PARTS)),
    ("postgresql", Case("mention", "takeover", MANY_PARTS)),
)

IN_FULL: Sequence[tuple[Kind, Case]] = (
    ("postgresql", Case("command", "database", MANY_PARTS)),
    ("postgresql", Case("mention", "database", MANY_PARTS)),
    # Where we may not read, a part whose fate is unknown is not repeated but named.
    ("sqlite", Case("command", "restart", MANY_PARTS, readable=False)),
    ("postgresql", Case("mention", "takeover", MANY_PARTS, readable=False)),
    # What carries no mark cannot be found again: files, and what only the asker sees.
    ("sqlite", Case("command", "restart", WITH_FILES)),
    ("sqlite", Case("command", "restart", ALONE)),
)
"""Struck by `scripts/crash-matrix` alone."""


CLEARING = "workflow_input"
"""What finished jobs leave is cleared by the clock and not by a course: no run meets it alike."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("kind", "case"), [*MATRIX, *IN_FULL], ids=str)
async def test_nothing_is_lost_and_nothing_is_said_twice(
    databases: Databases, every: int, kind: Kind, case: Case
) -> None:
    if (kind, case) in IN_FULL and every > 1:
        pytest.skip("scripts/crash-matrix strikes it")
    async with databases.one(kind) as database:
        expected, points = await undisturbed(case, database)
    points = [point for point in points if not point.label.startswith(CLEARING)]
    first = (*MATRIX, *IN_FULL).index((kind, case)) % every
    outcomes = await _strike(databases, kind, case, expected, points[first::every])
    wrong = [str(outcome) for outcome in outcomes if outcome.wrong]
    assert not wrong, "\n\n".join(wrong)
    missed = [str(outcome.point) for outcome in outcomes if not outcome.struck]
    assert len(missed) * 20 <= len(outcomes), f"never reached: {missed}"


async def _strike(
    databases: Databases, kind: Kind, case: Case, expected: Expected, points: Sequence[Point]
) -> list[Outcome]:
    """One run for each point, a few side by side."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def run(point: Point) -> Outcome:
        async with turns, databases.one(kind, crashing=case.how == "database") as database:
            return await disturbed(case, point, expected, database)

    return await asyncio.gather(*[run(point) for point in points])
