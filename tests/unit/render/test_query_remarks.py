"""What was not understood of a question stands before everything else."""

import pytest

from bot.domain.report import Report, Window
from bot.render.json_document import document
from tests.support.reports.diagnosed_reports import diagnosed
from tests.support.reports.plain_reports import NOON, RENDERER, failure, report, shown

REMARK = "I could not read the time “whenever”: this answer covers what it would without it."
READ = "I read “since noon” as from 2026-11-22 12:00 UTC on (a time without a zone is UTC)."


def _asked(number: int = 3) -> Report:
    return diagnosed(report(*map(failure, range(number)), remarks=(REMARK,), notes=(READ,)))


def test_an_opening_begins_with_it() -> None:
    opening = RENDERER.answer(_asked()).opening
    assert shown(opening).lstrip().startswith(REMARK)
    assert opening.text.startswith(REMARK)
    assert READ in shown(opening)


@pytest.mark.parametrize("messages", [1, 4])
def test_a_private_answer_begins_with_it(messages: int) -> None:
    first = RENDERER.private(_asked(), messages=messages)[0]
    assert shown(first).lstrip().startswith(REMARK)
    assert first.text.startswith(REMARK)


def test_the_document_has_it_beside_the_window() -> None:
    told = document(diagnosed(report(failure(1), remarks=(REMARK,), window=Window(NOON))))
    assert told["remarks"] == [REMARK]
    assert told["window"] == {"since": "2026-11-22T12:00:00Z", "until": None}
