"""When media were on, out of track events."""

from datetime import UTC, datetime, timedelta

from bot.domain.rooms import TrackEvent
from bot.pictures.layout import Signal, build_signals

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def track(seconds: int, deed: str, **facts: object) -> TrackEvent:
    known = {"peer_id": "P1", "media": "video", "track_id": "t", "source": "regular", **facts}
    return TrackEvent(f"{seconds}-{deed}", f"track.{deed}.success", at(seconds), **known)  # type: ignore[arg-type]


def test_on_until_muted_and_on_again_until_removed() -> None:
    rows = [
        track(0, "add"),
        track(10, "update", mute=True),
        track(20, "update", mute=False),
        track(30, "remove"),
    ]
    assert build_signals(reversed(rows)) == {
        "p1": (Signal("video", at(0), at(10)), Signal("video", at(20), at(30)))
    }


def test_an_end_that_nobody_told_is_open() -> None:
    assert build_signals([track(0, "add")]) == {"p1": (Signal("video", at(0), None),)}


def test_added_muted_is_not_on() -> None:
    assert build_signals([track(0, "add", mute=True)]) == {"p1": ()}


def test_a_shared_screen_is_no_camera() -> None:
    rows = [track(0, "add"), track(5, "add", source="screen", track_id="s")]
    found = build_signals(rows)["p1"]
    assert [one.media for one in found] == ["video", "screen"]


def test_what_names_no_peer_or_medium_is_left_out() -> None:
    assert build_signals([track(0, "add", peer_id=None), track(1, "add", media=None)]) == {}
