"""Every published (code, platform) has its entry, and the entry agrees with the facts.

`catalogue_facts.json` holds one row per meaning: code, platforms, who can fix it, whether the
SDK gives up, and the error's names, as read in 100ms' documentation and SDK sources.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue import load_catalogue
from bot.domain.events import Agent, ErrorEvent
from tests.support.events import make_event

FACTS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("catalogue_facts.json").read_text(encoding="utf-8")
)
CATALOGUE = load_catalogue()


def event_of(code: int, platform: str) -> ErrorEvent:
    wrapped = platform in ("flutter", "react-native")
    return make_event(
        id="e1",
        type="client.publish.failed",
        at=datetime(2030, 1, 1, tzinfo=UTC),
        stamp="2030-01-01T00:00:00Z",
        error_code=code,
        agent=Agent(framework=platform) if wrapped else Agent(sdk=platform),
    )


def test_no_fact_got_lost() -> None:
    assert len(FACTS) == 105
    assert len({fact["code"] for fact in FACTS}) == 88


@pytest.mark.parametrize(
    ("fact", "platform"),
    [
        pytest.param(fact, platform, id=f"{fact['code']}-{platform}")
        for fact in FACTS
        for platform in fact["platforms"]
    ],
)
def test_each_code_means_on_each_platform_what_is_published(
    fact: dict[str, Any], platform: str
) -> None:
    told = CATALOGUE.explain(event_of(fact["code"], platform))
    assert told.borrowed_from is None
    assert not told.entry.rule
    assert fact["code"] in told.entry.codes
    assert platform in told.entry.platforms
    assert told.entry.owner == fact["owner"]
    assert told.entry.terminal == fact["terminal"]
    assert set(fact["names"]) <= set(told.entry.names)


def test_no_entry_claims_a_platform_that_is_not_published() -> None:
    published = {(fact["code"], platform) for fact in FACTS for platform in fact["platforms"]}
    claimed = {
        (code, platform)
        for entry in CATALOGUE.entries
        if not entry.rule
        for code in entry.codes
        for platform in entry.platforms
    }
    assert claimed == published
