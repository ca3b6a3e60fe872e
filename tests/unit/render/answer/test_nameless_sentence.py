"""The sentence that Home shows: as where names are hidden, and with nobody's name in it."""

import pytest

from bot.domain.privacy.personal_names import Names
from bot.domain.privacy.report_names import apply_names
from bot.render.answer.headline import headline_of, nameless_sentence
from tests.support.reports.golden_diagnoses import diagnosed
from tests.support.scenarios.case import files


@pytest.mark.parametrize("name", [path.stem for path in files()])
def test_the_sentence_is_the_one_of_hidden_names(name: str) -> None:
    report = diagnosed(name)
    hidden = apply_names(report, Names.NONE)
    assert hidden.diagnosis is not None
    assert nameless_sentence(report) == headline_of(hidden, hidden.diagnosis)
