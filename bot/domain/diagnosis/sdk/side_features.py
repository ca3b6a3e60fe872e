"""R17a: side features of a call; if one fails, the person is still seen and heard."""

import re
from collections.abc import Iterable

from bot.domain.catalogue import UNKNOWN
from bot.domain.diagnosis.model import Story
from bot.domain.diagnosis.sdk.screen_shares import is_screen_share_failure
from bot.domain.diagnosis.sdk.text import text_of
from bot.domain.events import ErrorEvent

_PUBLISH = "client.publish.failed"
_DEVICES = range(3000, 4000)
_EXTRAS = range(7000, 10_000)

# 100ms' error pages by platform; two platforms use the same number for different things.
_WEB = {
    3012: "the screen share",
    **dict.fromkeys(range(7001, 7006), "a video or sound effect"),
    **dict.fromkeys(range(8001, 8003), "the playlist"),
}
_NATIVE = {
    3012: "the Bluetooth headset",
    3013: "the Bluetooth headset",
    3017: "the screen share",
    7005: "the Bluetooth headset",
    **dict.fromkeys(range(7001, 7005), "a video or sound effect"),
    8001: "photo capture",
    8002: "noise reduction",
    8003: "noise reduction",
    9001: "a video or sound effect",
}
_BY_TEXT = (
    ("the Bluetooth headset", re.compile(r"bluetooth", re.IGNORECASE)),
    ("noise reduction", re.compile(r"\bnoise (?:cancel|suppress|reduc)|krisp", re.IGNORECASE)),
    ("the playlist", re.compile(r"\bplaylist\b", re.IGNORECASE)),
    ("a video or sound effect", re.compile(r"\bvirtual background\b|\bblur\b", re.IGNORECASE)),
)


def feature_of(rows: Iterable[ErrorEvent], platform: str) -> str | None:
    """Return the side feature that failed, as the subject of a sentence; None if the call did."""
    named = {_feature(row, platform) for row in rows}
    return named.pop() if len(named) == 1 else None


def side_features(stories: Iterable[Story]) -> str:
    """Return the side features that failed if nothing else is left unrecovered; otherwise ""."""
    named = {story.feature for story in stories if story.outcome != "recovered"}
    return "" if None in named else " and ".join(sorted(filter(None, named)))


def _feature(row: ErrorEvent, platform: str) -> str | None:
    code = row.error_code or 0
    if row.type == _PUBLISH and (not code or code in _DEVICES) and is_screen_share_failure(row):
        return "the screen share"
    if code in _DEVICES or code in _EXTRAS or (not code and row.type == _PUBLISH):
        text = f"{row.error_name or ''}\n{text_of(row.failure)}"
        named = next((words for words, pattern in _BY_TEXT if pattern.search(text)), None)
        if named:
            return named
    if platform == UNKNOWN:
        return None
    return (_WEB if platform == "web" else _NATIVE).get(code)
