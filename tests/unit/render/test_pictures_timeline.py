"""The timeline picture: what it holds, and that anything can be drawn."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from diagnosed_reports import of_case, of_scenario
from PIL import Image, ImageChops, ImageStat
from scenario_case import FOLDER, load

from bot.domain.report import Report
from bot.pictures import timeline_picture
from bot.pictures.canvas import can_write, fit_text, font
from bot.pictures.layout import MAX_ROWS, layout_of
from bot.render.message import Picture

GOLDEN = FOLDER.parent / "golden" / "pictures"
PHONE = 360
TOLERANCE = 3.0
"""Mean difference of a channel (0 to 255) that another build of the font engine may make."""


def with_tracks(name: str) -> Report:
    case = load(FOLDER / f"{name}.yaml").case
    return replace(of_case(case), tracks=case.tracks)


def picture_of(report: Report) -> Picture:
    found = timeline_picture(report)
    assert found is not None
    return found


def opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.png))


@pytest.mark.parametrize(
    "name",
    [
        "service-outage-in-three-guises",
        "mixed-three-causes-for-three-people",
        "outcome-camera-back-after-14-seconds",
        "network-office-never-finds-a-path",
    ],
)
def test_it_looks_as_it_did(name: str, request: pytest.FixtureRequest) -> None:
    drawn = opened(picture_of(with_tracks(name))).convert("RGB")
    kept = GOLDEN / f"{name}.png"
    if request.config.getoption("--snapshot-update"):
        drawn.quantize(128, dither=Image.Dither.NONE).save(kept, optimize=True)
    golden = Image.open(kept).convert("RGB")
    assert drawn.size == golden.size
    difference = ImageStat.Stat(ImageChops.difference(drawn, golden)).mean
    assert max(difference) < TOLERANCE


def test_the_same_report_gives_the_same_bytes() -> None:
    report = with_tracks("service-outage-in-three-guises")
    assert picture_of(report).png == picture_of(report).png


def test_it_is_as_wide_as_a_phone_shows_pixel_by_pixel() -> None:
    drawn = opened(picture_of(of_scenario("service-outage-in-three-guises")))
    assert drawn.width == 2 * PHONE


def test_the_alternative_text_says_the_same() -> None:
    alt = picture_of(with_tracks("mixed-three-causes-for-three-people")).alt
    assert "3 people with 3 failures" in alt
    for words in (
        "Bob could not connect at 10:04:00, gave up.",
        "Cid could not join at 10:09:00, gave up.",
        "Ann could not send audio or video at 10:01:00, blocked.",
    ):
        assert words in alt


def test_nothing_is_drawn_where_nothing_failed() -> None:
    assert timeline_picture(of_scenario("none-quiet-call")) is None


def test_the_worst_come_first_and_the_rest_is_counted() -> None:
    scene = layout_of(of_scenario("service-whole-team-behind-five-routers"))
    assert scene is not None
    lost = {"gave_up", "blocked"}
    ends = [bool(lost & {mark.outcome for mark in row.markers}) for row in scene.rows]
    assert ends == sorted(ends, reverse=True)
    assert len(scene.rows) == min(len(scene.lanes), MAX_ROWS)


def test_a_camera_that_came_back_is_seen() -> None:
    scene = layout_of(with_tracks("outcome-camera-back-after-14-seconds"))
    assert scene is not None
    [row] = scene.rows
    [(since, until)] = row.signals["video"]
    assert row.markers[0].at < since < until == 1.0


def test_only_the_gravest_stretch_is_drawn() -> None:
    case = load(FOLDER / "service-outage-in-three-guises.yaml").case
    one = case.events[0]
    week = timedelta(days=7)
    before = replace(one, id="before", at=one.at - week, stamp=f"{one.at - week:%Y-%m-%dT%TZ}")
    report = of_case(replace(case, events=(before, *case.events), session_id=None))
    scene = layout_of(report)
    assert scene is not None
    assert len(scene.lanes) > 1
    assert "1 other stretch of trouble not drawn." in scene.footnote


def test_a_name_that_the_font_cannot_write_is_told_in_words() -> None:
    assert can_write("Žofia Ünal Иван Ελένη عمر")
    assert not can_write("田中")
    report = of_scenario("outcome-camera-back-after-14-seconds")
    assert report.diagnosis is not None
    story = report.diagnosis.stories[0]
    told = replace(story, person=replace(story.person, names=("田中",)))
    changed = replace(report, diagnosis=replace(report.diagnosis, stories=(told,)))
    assert "田中" in picture_of(changed).alt


def test_long_words_are_cut_to_their_width() -> None:
    cut = fit_text("w" * 400, 22, 300)
    assert cut.endswith("…")
    assert font(22).getlength(cut) <= 300
