"""The opening of each scenario in plain text, and the sizes that hold for all of them.

`scripts/openings --write` writes the texts anew; look at a change before you take it.
"""

import pytest

from tests.support.reports.openings import GOLDEN, faults, sample, samples
from tests.support.scenarios.case import files

NAMES = [path.stem for path in files()]


@pytest.mark.parametrize("name", NAMES)
def test_opening_as_a_person_sees_it(name: str) -> None:
    assert f"{sample(name).text}\n" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_no_text_is_left_of_a_scenario_that_is_gone() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.txt")) == sorted(NAMES)


def test_openings_keep_within_their_limits() -> None:
    assert faults(samples()) == []
