"""Which entry answers for which event: texts, then code and platform, then the nearest thing."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import load_catalogue
from bot.domain.catalogue import Catalogue, Entry, Explanation
from bot.domain.events import Agent, ErrorEvent
from tests.support.events import make_event
from tests.support.examples import examples

CATALOGUE = load_catalogue()


def explain(
    code: int | None = None, sdk: str | None = None, framework: str | None = None, **fields: Any
) -> Explanation:
    return CATALOGUE.explain(event(code, sdk, framework, **fields))


def event(
    code: int | None = None, sdk: str | None = None, framework: str | None = None, **fields: Any
) -> ErrorEvent:
    facts = {
        "type": "client.publish.failed",
        "agent": Agent(sdk=sdk, framework=framework),
        **fields,
    }
    return make_event(
        id="e1",
        at=datetime(2030, 1, 1, tzinfo=UTC),
        stamp="2030-01-01T00:00:00Z",
        error_code=code,
        **facts,
    )


@pytest.mark.parametrize(
    ("code", "sdk", "framework", "name", "key", "borrowed"),
    [
        # code and platform
        (3004, "web", None, None, "device-lost-midway", None),
        (3004, "android", None, None, "media-engine-disposed", None),
        (3004, "Android ", None, None, "media-engine-disposed", None),
        (1003, "ios", "flutter", None, "signalling-lost", None),
        # the wrapper around it, if the native platform has none
        (3017, "ios", "flutter", None, "media-projection-permission", None),
        (7000, "ios", "react-native", None, "native-error-missing", None),
        (7000, "ios", "ReactNative", None, "native-error-missing", None),
        (3012, "web", "flutter", None, "current-tab-not-shared", None),
        # the error's name tells which meaning, whatever its spelling
        (3011, None, None, "SystemDeniedPermission", "system-denied-permission", None),
        (3011, None, None, "mic_capture_FAILED", "mic-capture-failed", None),
        (1000, "ios", None, "websocketFailedToConnect", "socket-did-not-open", "web"),
        # any other platform, saying so; a native one before the web for a native one
        (1006, "ios", None, None, "socket-closed-abnormally", "web"),
        (502, "ios", None, None, "gateway-unavailable", "web, Android"),
        (1000, "ios", None, None, "generic-connect-native", "Android, Flutter, React Native"),
        (3004, "roku", None, None, "media-engine-disposed", "Android"),
        (3017, "web", None, None, "media-projection-permission", "Android, Flutter"),
        # no platform: certain if there is one meaning only
        (1006, None, None, None, "socket-closed-abnormally", None),
        (3009, None, None, None, "over-constrained", None),
        (3015, None, None, None, "track-without-data", "web"),
        # five digits
        (40109, "android", None, None, "legacy-malformed-token", None),
        (40106, "ios", None, None, "unauthorised", None),
        (50300, "web", None, None, "gateway-unavailable", None),
        (40901, "ios", None, None, "range-refused", None),
        # ranges
        (409, "web", None, None, "range-refused", None),
        (599, "web", None, None, "range-server", None),
        (1999, "web", None, None, "range-signalling", None),
        (2999, "web", None, None, "range-init", None),
        (3999, "web", None, None, "range-device", None),
        (4999, "web", None, None, "range-media-path", None),
        (5999, "web", None, None, "range-join", None),
        (6999, "web", None, None, "range-generic", None),
        (7999, "web", None, None, "range-extras", None),
        (8999, "android", None, None, "range-extras", None),
        # a name that says something else than another platform's entry does
        (3015, "android", None, "Prefer Layer failed", "video-quality-choice-failed", None),
        (3015, "ios", None, "SomethingElse", "ios-audio-session", None),
        (3016, "web", None, "SomethingElse", "range-device", None),
        (3010, "android", None, "SomethingElse", "range-device", None),
        (3010, "android", None, "no audio_detected", "no-audio-detected", "web"),
        (3010, "android", None, "HMSException", "no-audio-detected", "web"),
        (8002, "ios", None, "NoEntryIsPlaying", "playlist-idle", "web"),
        (8001, "ios", None, "SomethingElse", "range-extras", None),
        (3012, "ios", "flutter", "SomethingElse", "range-device", None),
        (404, "android", None, "HTTPError", "not-found", "web"),
        (3002, "android", None, "CantFindCameraIdForParticularFace", "device-not-available", None),
        # a name never beats a code
        (3099, "web", None, "DeviceInUse", "range-device", None),
        # nothing known
        (399, "web", None, None, "unknown", None),
        (600, "web", None, None, "unknown", None),
        (-1, "web", None, None, "unknown", None),
        (10**30, "web", None, None, "unknown", None),
        (99999, "web", None, None, "unknown", None),
    ],
)
def test_order_of_lookup(
    code: int, sdk: str | None, framework: str | None, name: str | None, key: str, borrowed: str
) -> None:
    told = explain(code, sdk, framework, error_name=name)
    assert (told.entry.key, told.borrowed_from) == (key, borrowed)


@pytest.mark.parametrize("code", [None, 0])
@pytest.mark.parametrize(
    ("sdk", "name", "key"),
    [
        ("web", "NotAllowedError", "capture-denied"),
        ("web", "NotFoundError", "device-not-available"),
        ("web", "NotReadableError", "device-in-use"),
        ("web", "RTCError", "plain-browser-error"),
        ("web", None, "plain-browser-error"),
        ("web", "SomethingNew", "plain-browser-error"),
        (None, "AbortError", "plain-browser-error"),
        (None, None, "unknown"),
        ("android", None, "unknown"),
        ("ios", "iceFailure", "ice-failure"),
        ("web", "ServerErrors", "plain-browser-error"),  # stands for many codes, so for none
    ],
)
def test_errors_without_a_code(code: int | None, sdk: str | None, name: str, key: str) -> None:
    assert explain(code, sdk, error_name=name).entry.key == key


def test_an_unwrapped_cancelled_picker_is_still_a_cancelled_picker() -> None:
    told = explain(0, "web", error_name="NotAllowedError", error_message="Denied - screen")
    assert told.entry.key == "screen-share-cancelled"


def entry(key: str, **fields: Any) -> Entry:
    facts = {
        "title": "t",
        "reason": "r",
        "meaning": "m",
        "cause": "c",
        "say": "s",
        "do": ("d",),
        "owner": "app",
    }
    return Entry(key=key, **(facts | fields))


def test_an_entry_whose_texts_fit_beats_one_of_the_same_code_and_platform() -> None:
    catalogue = Catalogue(
        [
            entry("plain", codes=(7,), platforms=("web",)),
            entry("fits", codes=(7,), platforms=("web",), match=(("error_message", "full"),)),
            entry("unknown"),
        ]
    )
    assert catalogue.explain(event(7, "web", error_message="Full")).entry.key == "fits"
    assert catalogue.explain(event(7, "web", error_message="no")).entry.key == "plain"
    assert catalogue.explain(event(7, "ios", error_message="full")).borrowed_from == "web"


def test_of_two_rules_the_upper_one_wins() -> None:
    match = (("error_message", "full"),)
    rules = [entry("upper", rule=True, match=match), entry("lower", rule=True, match=match)]
    catalogue = Catalogue([*rules, entry("unknown")])
    assert catalogue.explain(event(7, error_message="full")).entry.key == "upper"


FACTS = json.loads(Path(__file__).with_name("catalogue_facts.json").read_text(encoding="utf-8"))
PAGE_WORDS = re.compile(
    r"\b(lock icon|reload\w*|browsers?|plug\w*|unplugged|tabs?|computers?|pages?|USB)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("sdk", ["android", "ios"])
@pytest.mark.parametrize("framework", [None, "flutter", "react-native"])
@pytest.mark.parametrize("code", sorted({fact["code"] for fact in FACTS} | {3999, 7999, 1999}))
def test_apps_on_phones_get_no_steps_of_a_web_page(
    code: int, sdk: str, framework: str | None
) -> None:
    """Whatever is borrowed from the web: no page to reload, no lock icon, nothing to plug in."""
    told = explain(code, sdk, framework).entry
    assert not PAGE_WORDS.search(f"{told.reason} {told.say} {told.advice}"), told.key
    if sdk in told.platforms:
        assert not PAGE_WORDS.search(f"{told.title} {told.meaning} {told.cause}"), told.key


def test_the_operating_system_tells_the_platform_where_no_sdk_does() -> None:
    phone = explain(3001, agent=Agent(os="iOS", os_version="18"))
    page = explain(3001, agent=Agent(os="web_mac_os"))
    assert "Settings > the app" in phone.entry.advice
    assert "lock icon" in page.entry.advice


texts = (
    st.none()
    | st.text(max_size=60)
    | st.sampled_from(
        ["role limit reached", "Failed to fetch", "local candidate - undefined", "- screen", "\x00"]
    )
)
platforms = texts | st.sampled_from(["web", "android", "ios", "flutter", "react-native"])
events = st.builds(
    event,
    code=st.none() | st.integers() | st.integers(0, 9999) | st.integers(40000, 41999),
    sdk=platforms,
    framework=platforms,
    type=st.sampled_from(["client.disconnected", "client.join.failed", ""]) | st.text(max_size=9),
    error_name=texts,
    error_message=texts,
    error_description=texts,
    endpoint=texts,
    extras=st.lists(
        st.tuples(st.sampled_from(["track_type", "x", ""]), st.text(max_size=9)), max_size=3
    ).map(tuple),
)


@examples(200)
@given(events)
def test_every_event_gets_an_entry(one: ErrorEvent) -> None:
    told = CATALOGUE.explain(one)
    assert told.entry.key in {entry.key for entry in CATALOGUE.entries}
    assert told == CATALOGUE.explain(one)
    if told.borrowed_from is not None:
        assert told.entry.platforms
