"""The short form of `scripts/soak`: two real replicas on a real PostgreSQL, killed while asked.

Late acknowledgements are counted by the whole form alone: here other tests take the machine.
"""

import pytest

from workbench.soak.day import Plan
from workbench.soak.run import soak

QUESTIONS = 150


@pytest.mark.timeout(1200)
async def test_a_short_bad_day_is_neither_silent_nor_repetitive() -> None:
    outcome = await soak(Plan(questions=QUESTIONS, at_once=8, kill_every=40, watches=6))
    told = "\n".join([*outcome.lines(), *outcome.details, *outcome.unended])
    assert outcome.asked == QUESTIONS, told
    assert outcome.counts["kill"], told
    assert outcome.twice == [], told
    assert outcome.unended == [], told
    assert outcome.ends["silent"] == 0, told
    assert outcome.ends["answered"] > QUESTIONS / 2, told
