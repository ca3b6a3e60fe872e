"""Whatever a report holds, the outputs of the workflow step mention nobody and hold no address."""

import re

from hypothesis import given

from bot.domain.privacy.addresses import redact
from bot.domain.privacy.personal_names import Names
from bot.domain.privacy.report_names import apply_names
from bot.domain.report import Report
from bot.render.answer.ticket import MAX_OUTPUT
from tests.property.render.test_hidden_names import Known, hold_secret, reports
from tests.property.render.test_messages import RENDERER, modest
from tests.support.reports.hostile_reports import ADDRESSES, diagnosed

_LIVE = re.compile(r"<(?:[!@#]|https?:|mailto:)", re.IGNORECASE)


@modest
@given(diagnosed())
def test_outputs_are_plain_and_short(report: Report) -> None:
    outputs = RENDERER.step_outputs(report)
    assert type(outputs["likely"]) is bool
    assert type(outputs["people_affected"]) is int
    for text in (one for one in outputs.values() if isinstance(one, str)):
        assert len(text) <= MAX_OUTPUT
        assert not _LIVE.search(text)
        assert redact(text) == text
        assert not any(address in text for address in ADDRESSES)
        text.encode()


@modest
@given(reports())
def test_where_names_are_not_shown_outputs_name_nobody(made: tuple[Report, list[Known]]) -> None:
    report, everybody = made
    outputs = RENDERER.step_outputs(apply_names(report, Names.NONE))
    hold_secret("\n".join(map(str, outputs.values())), everybody)
