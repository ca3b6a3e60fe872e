"""Whatever a report holds, a picture can be drawn of it."""

from io import BytesIO

from hypothesis import given
from PIL import Image

from bot.domain.report import Report
from bot.pictures import timeline_picture
from tests.support.examples import examples
from tests.support.reports.hostile_reports import diagnosed


@given(diagnosed(8))
@examples(40)
def test_anything_can_be_drawn(report: Report) -> None:
    found = timeline_picture(report)
    assert (found is None) == (report.diagnosis is None or not report.diagnosis.stories)
    if found is not None:
        assert len(found.alt) <= 1000
        assert Image.open(BytesIO(found.png)).width == 720
        assert len(found.png) < 100_000
