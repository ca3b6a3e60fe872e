"""The timeline picture: what it holds, and that anything can be drawn."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.domain.report import Report
from bot.domain.rooms import Peer, Session
from bot.pictures import timeline_picture
from bot.pictures.canvas import can_write, fit_text, font
from bot.pictures.layout import layout_of
from bot.render.message import Picture
from tests.support.reports.diagnosed_reports import diagnosed, of_case, of_scenario
from tests.support.reports.plain_reports import failure, report
from tests.support.scenarios.case import FOLDER, load

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
        "Ann could not send audio or video at 10:01:00, still blocked.",
        "Bob could not join at 10:04:00, did not recover.",
        "Cid could not join at 10:09:00, did not recover.",
    ):
        assert words in alt


def test_nothing_is_drawn_where_nothing_failed() -> None:
    assert timeline_picture(of_scenario("none-quiet-call")) is None


def test_people_are_in_order_of_failure() -> None:
    scene = layout_of(of_scenario("service-outage-in-three-guises"))
    assert scene is not None
    moments = [row.markers[0].at for row in scene.rows]
    assert moments == sorted(moments)


def test_people_who_recovered_share_one_lane() -> None:
    scene = layout_of(of_scenario("device-blips-of-others-weigh-nothing"))
    assert scene is not None
    failed, recovered = scene.rows
    assert "recovered" not in {marker.outcome for marker in failed.markers}
    assert recovered.label == "5 people recovered"
    assert {marker.outcome for marker in recovered.markers} <= {"recovered"}


def test_where_everybody_recovered_each_has_a_lane_while_there_is_room() -> None:
    scene = layout_of(of_scenario("mixed-everybody-came-back"))
    assert scene is not None
    assert len(scene.rows) == len(scene.lanes)
    assert len({row.label for row in scene.rows}) == len(scene.rows)


def test_the_axis_holds_the_failing_minutes_with_a_fifth_around_them() -> None:
    events = [failure(10), failure(70), failure(110)]
    joined = events[0].at - timedelta(hours=2)
    peers = {str(one.peer_id): Peer(str(one.peer_id), joined_at=joined) for one in events}
    session = Session("65f0a1b2c3d4e5f6a7b8c9d0", "r", "main", peers=peers)
    told = replace(report(*events), sessions=(session,))
    scene = layout_of(diagnosed(told))
    assert scene is not None
    assert [row.markers[0].at for row in scene.rows] == pytest.approx([1 / 7, 4 / 7, 6 / 7])
    assert [row.joined_before for row in scene.rows] == [True] * 3
    assert all(not row.joined for row in scene.rows)


def test_a_long_name_is_whole_while_there_is_room() -> None:
    told = diagnosed(report(failure(1, user_name="Maximiliana Oberhauser-Lindqvist")))
    scene = layout_of(told)
    assert scene is not None
    assert scene.rows[0].label == "Maximiliana Oberhauser-Lindqvist"


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
    assert "1 other stretch of trouble: ask for that time." in scene.footnotes


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
