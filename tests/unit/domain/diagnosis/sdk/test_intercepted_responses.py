"""What a text gives away of who answered, whose close it was, and which share was never asked."""

from typing import Any

import pytest

from bot.domain.diagnosis.sdk.media import is_refusal, is_refused_share, is_without_picker
from bot.domain.diagnosis.sdk.text import (
    Responder,
    is_empty_unreachable,
    is_orderly_close,
    responder_of,
    retry_count_of,
    retry_ms_of,
)
from bot.domain.events import Agent, ErrorEvent
from tests.support.reports.call_builders import CHROME, crowd, event, only, session, told


def _said(kind: str, code: int | None, text: str, **facts: Any) -> ErrorEvent:
    return event("a", 0, kind, code, error_message=f"x - {text}", error_description=text, **facts)


@pytest.mark.parametrize(
    ("kind", "code", "text", "answer"),
    [
        ("connect", 403, "Unexpected token '<', \"<html>\"... is not valid JSON", "middlebox"),
        ("connect", 200, "Unexpected token < in JSON at position 0", "middlebox"),
        ("connect", 200, "JSON.parse: unexpected character at line 1 column 1", "middlebox"),
        ("join", 404, "The string did not match the expected pattern.", "middlebox"),
        ("disconnected", 403, "Unexpected token '<'", "middlebox"),
        ("connect", 407, "", "middlebox"),
        ("connect", 511, "Unexpected token '<'", "middlebox"),
        ("connect", 503, "Unexpected token '<'", "gateway"),
        ("connect", 403, "room is not active", None),
        ("publish", 3000, "The string did not match the expected pattern.", None),
        ("join", 500, "Websocket join error - Cannot read properties of undefined", "page"),
        ("join", 500, "t.createOffer is not a function", "page"),
        ("join", 500, 'can\'t access property "sdp", e is undefined', "page"),
        ("join", 500, "sfu join failed", None),
        ("join", 503, "Cannot read properties of undefined", None),
        ("disconnected", 1003, "code: 1011, unexpected websocket close", "far_end"),
        ("disconnected", 1003, "code: 1013, unexpected websocket close", "far_end"),
        ("disconnected", 1003, "code: 1006, unexpected websocket close", None),
        ("disconnected", 1003, "code: 1001, unexpected websocket close", None),
    ],
)
def test_who_answered(kind: str, code: int, text: str, answer: Responder | None) -> None:
    assert responder_of(_said(kind, code, text).failure, "web") == answer


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("TypeError", "Load failed", "network"),
        ("TypeError", "インターネット接続がオフラインのようです。", "network"),
        (None, "The network connection was lost.", "network"),
        ("TypeError", "Failed to construct 'WebSocket': The URL is invalid.", "api_misuse"),
        ("TypeError", "Cannot read properties of undefined (reading 'url')", "api_misuse"),
        ("AbortError", "The operation was aborted.", None),
        (None, "", None),
    ],
)
def test_a_bare_error_on_connecting(name: str | None, text: str, answer: Responder | None) -> None:
    bare = event("a", 0, "connect", None, error_name=name, error_message=text or None)
    assert responder_of(bare.failure, "web") == answer
    assert responder_of(bare.failure, "android") is None


@pytest.mark.parametrize(("code", "orderly"), [(1000, True), (1001, True), (1006, False)])
def test_an_orderly_close_names_no_side(code: int, *, orderly: bool) -> None:
    assert is_orderly_close(_said("disconnected", 1003, f"code: {code}").failure) is orderly


@pytest.mark.parametrize(
    ("message", "description", "empty"),
    [
        ("Endpoint is not reachable - ", "", True),
        ("Endpoint is not reachable", None, True),
        ("Endpoint is not reachable - Failed to fetch", "Failed to fetch", False),
        ("Endpoint is not reachable - ", "Failed to fetch", False),
        (None, None, False),
    ],
)
def test_nothing_said_is_no_network(
    message: str | None, description: str | None, *, empty: bool
) -> None:
    unreachable = event(
        "a", 0, "connect", 2003, error_message=message, error_description=description
    )
    assert is_empty_unreachable(unreachable.failure) is empty


POLICY = 'Access to the feature "display-capture" is disallowed by permissions policy'
SCREEN = "User denied permission to access capture device - screen"


@pytest.mark.parametrize(
    ("code", "description", "refused", "asked"),
    [
        (3001, "Permission denied", True, True),
        (3001, "Permission denied by user", True, True),
        (3001, "The request is not allowed by the user agent or the platform", True, True),
        (3001, "Permission denied by system", False, True),
        (3001, POLICY, False, False),
        (3001, "No transient activation", False, False),
        (3001, "Invalid state", False, False),
        (3000, "getDisplayMedia requires transient activation from a user gesture.", False, False),
        (3000, "getDisplayMedia must be called from a user gesture handler.", False, False),
    ],
)  # fmt: skip
def test_a_share_is_refused_or_was_never_offered(
    code: int, description: str, *, refused: bool, asked: bool
) -> None:
    share = event("a", 0, "publish", code, error_message=SCREEN, error_description=description)
    assert is_refused_share(share) is refused
    assert is_without_picker(share) is not asked


def test_only_the_browsers_own_words_say_that_a_person_refused() -> None:
    words = "The request is not allowed by the user agent or the platform in the current context."
    unsure = event("a", 0, "publish", 3001, error_message=SCREEN, error_description=words)
    assert not is_refusal(unsure.failure)
    assert told(unsure).verdict.confidence < 0.7
    sure = event(
        "a", 0, "publish", 3001, error_message=SCREEN, error_description="Permission denied"
    )
    assert is_refusal(sure.failure)
    assert told(sure).verdict.confidence >= 0.7


@pytest.mark.parametrize(
    ("end", "milliseconds", "tries", "words"),
    [
        ("60012 milliseconds", 60012, None, "SDK stopped after 60 s"),
        ("5 tries", None, 5, "SDK stopped after 5 tries"),
        ("1 tries", None, 1, "SDK stopped after 1 try"),
    ],
)
def test_both_ways_to_say_how_long_it_was_tried(
    end: str, milliseconds: int | None, tries: int | None, words: str
) -> None:
    text = f"x. [ConnectFailed] Could not recover after {end}"
    gave_up = event("a", 0, "connect", 1000, error_description=text, is_terminal=True)
    assert (retry_ms_of(gave_up.failure), retry_count_of(gave_up.failure)) == (milliseconds, tries)
    assert only(gave_up).evidence == words


@pytest.mark.parametrize(
    ("code", "sdk", "feature"),
    [
        (3017, "android", "the screen share"),
        (3012, "web", "the screen share"),
        (3012, "android", "the Bluetooth headset"),
        (3013, "web", None),
        (8002, "android", "noise reduction"),
        (8002, "web", "the playlist"),
        (7002, "web", "a video or sound effect"),
        (3001, "web", None),
        (3012, None, None),
    ],
)
def test_what_failed_beside_the_call(code: int, sdk: str | None, feature: str | None) -> None:
    story = only(event("a", 0, "publish", code, agent=Agent(sdk)))
    assert story.feature == feature


def test_a_change_that_the_data_shows_is_not_asked_for() -> None:
    many = told(*(event(f"e{n}", n, "publish", 3001, who=f"u{n}") for n in range(4))).verdict
    assert "second browser" not in many.doubt
    phone = told(event("a", 0, "publish", 3001, agent=Agent("ios"))).verdict
    assert "browser" not in " ".join((phone.doubt, *phone.next_steps))
    lost = event("a", 0, "disconnected", 1003, is_terminal=True, agent=CHROME)
    assert "token" in told(lost, sessions=(session(*crowd(3)),)).verdict.doubt
