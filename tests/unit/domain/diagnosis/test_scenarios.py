"""Every scenario under tests/scenarios says what the diagnosis must say."""

from pathlib import Path

import pytest

from bot.catalogue import load_catalogue
from bot.domain.diagnosis.other_rooms import has_server_failure
from tests.support.scenarios.case import files, load, validate
from tests.support.scenarios.score import score

CATALOGUE = load_catalogue()


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_senior_support_engineer_would_say_the_same(path: Path) -> None:
    validate(path)
    scenario = load(path)
    found = score(scenario, scenario.diagnose(CATALOGUE))
    assert not found.wrong, "\n".join(found.wrong)
    if "as_other_room" in scenario.expect:
        hit = has_server_failure(scenario.case, CATALOGUE)
        assert hit == (scenario.expect["as_other_room"] == "hit")
