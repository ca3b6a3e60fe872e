"""An older SDK's known fault gets one line, as a possibility, and changes nothing else."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.diagnosis import Diagnosis
from bot.domain.events import Agent
from bot.domain.sdk_fixes import Fix
from tests.support.reports.call_builders import CATALOGUE, CHROME, NO_PATH, event, told

EACH = pytest.mark.parametrize(
    "fix", CATALOGUE.fixes.fixes, ids=lambda fix: f"{fix.sdk}-{fix.fixed_in}-{fix.codes[0]}"
)
AGENTS = {"web": CHROME, "android": Agent("android", "2.9.78", "android", "33", "SM-A536E")}


def failed(fix: Fix, version: str | None, code: int | None = None, sdk: str = "") -> Diagnosis:
    kind = fix.types[0] if fix.types else "client.publish.failed"
    short = "disconnected" if kind == "client.disconnected" else kind.split(".")[1]
    agent = replace(AGENTS[sdk or fix.sdk], sdk_version=version)
    return told(event("e1", 10, short, code or fix.codes[0], is_terminal=True, agent=agent))


def before(version: str) -> str:
    numbers = [int(number) for number in version.split(".")]
    while not numbers[-1]:
        numbers.pop()
    return ".".join(map(str, [*numbers[:-1], numbers[-1] - 1]))


@EACH
def test_a_version_without_the_fix_is_named(fix: Fix) -> None:
    for version in (before(fix.fixed_in), f"{fix.fixed_in}-alpha.3"):
        diagnosis = failed(fix, version)
        assert version in diagnosis.verdict.update
        assert f"{fix.fixed_in}" in diagnosis.verdict.update
        assert fix.words in diagnosis.verdict.update
        assert "may have played a part" in diagnosis.verdict.update


@EACH
def test_a_version_with_the_fix_another_code_or_another_sdk_is_not(fix: Fix) -> None:
    other = "android" if fix.sdk == "web" else "web"
    assert not failed(fix, fix.fixed_in).verdict.update
    assert not failed(fix, "99.0.0-alpha.1").verdict.update
    assert not failed(fix, None).verdict.update
    assert not failed(fix, "unknown").verdict.update
    assert not failed(fix, before(fix.fixed_in), 6002).verdict.update
    told_of_other = failed(fix, before(fix.fixed_in), sdk=other).verdict.update
    assert fix.words not in told_of_other


@EACH
def test_the_verdict_is_the_same_with_and_without_it(fix: Fix) -> None:
    known, plain = failed(fix, before(fix.fixed_in)), failed(fix, None)
    assert known.verdict.cls == plain.verdict.cls
    assert known.verdict.confidence <= plain.verdict.confidence


@EACH
def test_a_fix_was_released_on_the_day_of_its_version(fix: Fix) -> None:
    assert CATALOGUE.fixes.releases is not None
    assert CATALOGUE.fixes.releases[fix.sdk][fix.fixed_in] == fix.released


def no_path(name: str, who: str, version: str) -> Diagnosis:
    agent = replace(CHROME, sdk_version=version)
    return told(event(name, 5, "publish", 4005, who=who, agent=agent, error_description=NO_PATH))


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("0.12.15", "web SDK 0.12.15 is 27 months old; 0.14.1 fixed"),
        ("0.13.1", "web SDK 0.13.1 is 9 months old; 0.14.1 fixed"),
        ("0.14.0", "web SDK 0.14.0 is 6 months old; 0.14.1 fixed"),
        ("0.12.29", "web SDK 0.12.29 is older than 0.14.1, which fixed"),
        ("0.14.1-alpha.2", "web SDK 0.14.1-alpha.2 is older than 0.14.1, which fixed"),
    ],
)
def test_an_age_is_told_only_of_a_version_whose_day_is_known(version: str, words: str) -> None:
    assert no_path("e1", "ann", version).verdict.update.startswith(words)


def test_most_people_decide_which_version_the_one_line_names() -> None:
    versions = [("ann", "0.12.15"), ("bob", "0.13.1"), ("cat", "0.13.1"), ("dan", "0.15.2")]
    rows = [
        event(who, 5, "publish", 4005, who=who, agent=replace(CHROME, sdk_version=version))
        for who, version in versions
    ]
    assert told(*rows).verdict.update.startswith("web SDK 0.13.1 is")


def test_nobodys_fault_and_no_failure_need_no_update() -> None:
    share = event("e1", 5, "publish", 3001, error_message="Permission denied - screen")
    assert not told(share).verdict.update
    assert not told().verdict.update


def test_no_fix_is_named_before_its_release() -> None:
    fixes = CATALOGUE.fixes
    kind = "client.publish.failed"
    assert fixes.missing_in([CHROME], 4005, kind, date(2026, 5, 12)) is None
    assert fixes.missing_in([CHROME], 4005, kind, date(2026, 5, 13)) is not None
