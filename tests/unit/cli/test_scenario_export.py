"""A judged answer as a scenario file: the same call, about nobody."""

from pathlib import Path

import pytest

from bot.catalogue import load_catalogue
from bot.cli.scenario_export import scenario_text
from bot.domain.diagnosis import diagnose
from bot.domain.privacy.report_names import name_hider
from bot.domain.votes import Vote
from tests.support.reports.golden_diagnoses import diagnosed
from tests.support.scenarios.case import FOLDER, files, load, validate
from tests.support.scenarios.score import score

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    "name",
    # Other rooms are no part of the exported call.
    [path.stem for path in files() if not path.stem.startswith(("nothing-unknown", "others-"))],
)
def test_the_exported_call_is_diagnosed_alike(name: str, tmp_path: Path) -> None:
    case = load(FOLDER / f"{name}.yaml").case
    report = diagnosed(name)
    assert report.diagnosis is not None
    verdict = report.diagnosis.verdict
    vote = Vote("CD-ABCD2345", "U0BOB", verdict.cls, verdict.confidence, right=True)
    text = scenario_text(case, report.diagnosis, name_hider(report), vote)
    exported = tmp_path / "exported.yaml"
    exported.write_text(text)
    validate(exported)
    scenario = load(exported)
    found = diagnose(scenario.case, CATALOGUE)
    assert score(scenario, found).wrong == ()
    assert (found.verdict.cls, found.verdict.confidence) == (verdict.cls, verdict.confidence)
    names = {name for person in report.diagnosis.persons for name in person.names}
    assert [name for name in names if len(name) > 3 and name in text] == []
