"""Every scenario under tests/scenarios says what the diagnosis must say."""

from pathlib import Path

import pytest

from bot.catalogue import load_catalogue
from bot.domain.diagnosis import diagnose
from tests.support.scenarios.case import files, load, validate
from tests.support.scenarios.score import score

CATALOGUE = load_catalogue()


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_senior_support_engineer_would_say_the_same(path: Path) -> None:
    validate(path)
    scenario = load(path)
    found = score(scenario, diagnose(scenario.case, CATALOGUE))
    assert not found.wrong, "\n".join(found.wrong)
