"""No reader of the CSV, by whatever separator, finds a formula in a cell."""

import csv
import io

import pytest

from bot.render.export import export_files
from tests.support.events import change_event
from tests.support.reports.plain_reports import CATALOGUE, failure, report

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\u2212"
NASTY = [
    "Ann;=HYPERLINK(1)",
    "Ann\t=1",
    "Ann\n=1",
    "Ann\r=1",
    "Ann,=1",
    'Ann;"=1',
    "Ann; \u00a0=1",
    " =1",
    "\ufeff=1",
    "\x00=1",
    "\u200b=1",
    "\uff1d1",
    "\uff0b1",
    "@SUM(1)",
    "-1",
]


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_cell_begins_like_a_formula(text: str, separator: str) -> None:
    hostile = change_event(
        failure(1),
        user_name=text,
        user_id=text,
        peer_id=text,
        session_id=text,
        error_message=text,
        error_description=text,
        action=text,
        role=text,
        template_id=text,
        media=((text, text),),
    )
    file = export_files(report(hostile), CATALOGUE)[0]
    for line in io.StringIO(file.content, newline=""):
        for row in csv.reader([line], delimiter=separator):
            assert not [cell for cell in row if cell.lstrip(' \t"\ufeff\u00a0')[:1] in tuple(SIGNS)]


def test_the_apostrophe_stands_before_the_sign() -> None:
    file = export_files(report(failure(1, user_name="Ann;=1")), CATALOGUE)[0]
    assert '"Ann;\'=1"' in file.content
    assert all(line.startswith('"') for line in file.content.splitlines())
