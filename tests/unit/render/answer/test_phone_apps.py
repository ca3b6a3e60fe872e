"""What a person with an app on a phone is told fits a phone; a newer SDK is named once."""

import pytest

from bot.render.json_document import document
from bot.render.message import Message
from tests.support.reports.diagnosed_reports import RENDERER, of_scenario
from tests.unit.domain.diagnosis.test_steps_for_phones import PAGE_WORDS


def text_of(*messages: Message) -> str:
    return " ".join(str(message.blocks) for message in messages)


@pytest.mark.parametrize(
    "name", ["device-android-microphone-taken", "device-ios-media-services-reset"]
)
def test_a_phone_gets_no_steps_of_a_page(name: str) -> None:
    report = of_scenario(name)
    answer = RENDERER.answer(report)
    told = text_of(answer.opening, *answer.replies, RENDERER.reply(report))
    assert not PAGE_WORDS.search(told.replace("https", ""))


def test_a_newer_sdk_is_a_step_of_the_opening_and_a_field_of_the_document() -> None:
    report = of_scenario("device-alone-with-a-blocked-camera")
    line = document(report)["verdict"]["update"]
    assert line.startswith("web SDK 0.12.25 is 23 months old; 0.12.38 fixed")
    assert text_of(RENDERER.answer(report).opening).count("Update web SDK 0.12.25") == 1


def test_where_no_fix_is_known_the_field_is_null() -> None:
    report = of_scenario("device-android-microphone-taken")
    assert document(report)["verdict"]["update"] is None
    assert "Update web SDK" not in text_of(RENDERER.answer(report).opening)
