"""People who use an app on a phone get no steps of a web page, and those on a page get them."""

import json
import re
from pathlib import Path

import pytest

from bot.domain.events import Agent
from tests.support.reports.call_builders import CHROME, crowd, event, peer, session, told

FACTS = json.loads(
    (Path(__file__).parents[2] / "catalogue" / "catalogue_facts.json").read_text(encoding="utf-8")
)
PAGE_WORDS = re.compile(
    r"\b(?:lock icon|reload\w*|browsers?|plug\w*|unplugged|tabs?|computers?|web ?pages?|USB"
    r"|https|chrome|close other programs)\b",
    re.IGNORECASE,
)
"""Words for things that only a page on a computer has."""
CODES = sorted({fact["code"] for fact in FACTS})
PHONES = {
    "android": Agent("android", "2.9.78", "android", "33", "SM-A536E"),
    "ios": Agent("ios", "1.17.0", "ios", "17.5", "iPhone15,2"),
    "flutter": Agent("ios", "1.17.0", "ios", "17.5", "iPhone15,2", framework="flutter"),
    "react-native": Agent("android", "2.9.78", "android", "33", "A5", framework="react-native"),
    "no sdk": Agent(None, None, "iOS", "18"),
}


@pytest.mark.parametrize("kind", ["publish", "subscribe", "connect", "disconnected"])
@pytest.mark.parametrize("phone", PHONES)
def test_no_code_gives_an_app_the_steps_of_a_page(phone: str, kind: str) -> None:
    for code in CODES:
        failure = event("e1", 10, kind, code, agent=PHONES[phone], error_message="It failed")
        verdict = told(failure, sessions=(session(peer("ann"), *crowd(3)),)).verdict
        for line in (*verdict.next_steps, verdict.doubt):
            assert not PAGE_WORDS.search(line), (code, line)


def test_a_page_keeps_its_steps_and_so_does_a_call_with_both() -> None:
    page = event("e1", 10, "publish", 3001, error_message="denied - video")
    phone = event("e2", 10, "publish", 3001, who="bob", agent=PHONES["ios"])
    assert any("reload" in step for step in told(page).verdict.next_steps)
    assert any("Settings > the app" in step for step in told(phone).verdict.next_steps)
    both = told(page, phone).verdict
    assert any(PAGE_WORDS.search(step) for step in both.next_steps)


def test_where_no_platform_is_known_the_steps_are_general() -> None:
    unknown = event("e1", 10, "publish", 3001, agent=Agent())
    page = event("e1", 10, "publish", 3001, agent=CHROME)
    assert told(unknown).verdict.next_steps == told(page).verdict.next_steps[:1]
