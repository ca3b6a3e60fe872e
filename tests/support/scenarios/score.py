"""Scores a diagnosis against the expectations of its scenario."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.diagnosis import Diagnosis, Story
from tests.support.scenarios.case import Scenario
from tests.support.scenarios.event import TYPES

SURE = 0.7


@dataclass(frozen=True, slots=True)
class Score:
    """Shares from 0 to 1, None where the scenario expects nothing of the kind.

    `wrong` lists every difference in words.
    """

    verdict_right: bool
    confidently_wrong: bool
    stories: float
    outcomes: float | None
    unknowns: float | None
    wrong: tuple[str, ...]


def score(scenario: Scenario, found: Diagnosis) -> Score:
    """Return the score of one scenario."""
    expect = scenario.expect
    right = found.verdict.cls == expect["verdict"]
    wanted = [_Wanted(one, scenario.labels) for one in expect["stories"]]
    by_events = {frozenset(story.event_ids): story for story in found.stories}
    pairs = [(one, by_events.get(one.events)) for one in wanted]
    matched = [(one, story) for one, story in pairs if story and one.matches(story)]
    total = max(len(wanted), len(found.stories))
    wrong = _verdict_faults(expect, found) + _story_faults(wanted, matched, found)
    ends = [(one.outcome, story.outcome) for one, story in pairs if story]
    return Score(
        verdict_right=right,
        confidently_wrong=not right and found.verdict.confidence >= SURE,
        stories=len(matched) / total if total else 1.0,
        outcomes=_share([a == b for a, b in ends if a != "unknown"]),
        unknowns=_share([a == b for a, b in ends if a == "unknown"]),
        wrong=tuple(wrong),
    )


def _share(rights: list[bool]) -> float | None:
    return sum(rights) / len(rights) if rights else None


class _Wanted:
    """One expected story."""

    def __init__(self, raw: Mapping[str, Any], labels: Mapping[str, tuple[str, ...]]) -> None:
        self.raw = raw
        self.outcome: str = raw["outcome"]
        self.events = frozenset(name for label in raw["events"] for name in labels[label])

    def matches(self, story: Story) -> bool:
        """Return whether person, type and code are equal too."""
        raw = self.raw
        peers = {peer.lower() for peer in story.peer_ids}
        return (
            story.type == TYPES[raw["type"]]
            and (story.error_code or 0) == (raw.get("code") or 0)
            and ("user" not in raw or story.user_id == raw["user"])
            and ("peers" not in raw or peers == {one.lower() for one in raw["peers"]})
        )


def _verdict_faults(expect: Mapping[str, Any], found: Diagnosis) -> list[str]:
    verdict, faults = found.verdict, []
    if verdict.cls != expect["verdict"]:
        faults.append(f"verdict {verdict.cls} ({verdict.confidence}), not {expect['verdict']}")
    bounds = expect.get("confidence", {})
    low, high = bounds.get("at_least", 0.0), bounds.get("below", 2.0)
    if not low <= verdict.confidence < high:
        faults.append(f"confidence {verdict.confidence}, not within [{low}, {high})")
    for key, count in expect.get("people", {}).items():
        if getattr(found.people, key) != count:
            faults.append(f"people.{key} {getattr(found.people, key)}, not {count}")
    if len(verdict.evidence) < 2 or verdict.unread:
        faults.append("the verdict does not explain itself")
    return faults


def _story_faults(
    wanted: list[_Wanted], matched: list[tuple[_Wanted, Story]], found: Diagnosis
) -> list[str]:
    faults = [
        f"no story {dict(one.raw)}" for one in wanted if one not in [pair[0] for pair in matched]
    ]
    told = {story.id for _, story in matched}
    faults += [f"invented {_shown(one)}" for one in found.stories if one.id not in told]
    named = {one.raw["as"]: story.id for one, story in matched if "as" in one.raw}
    for one, story in matched:
        faults += _detail_faults(one.raw, story, named)
    return faults


def _detail_faults(raw: Mapping[str, Any], story: Story, named: Mapping[str, str]) -> list[str]:
    pairs: list[tuple[str, Any, Any]] = [("outcome", story.outcome, raw["outcome"])]
    if "symptom_of" in raw:
        cause = raw["symptom_of"]
        pairs.append(("symptom_of", story.symptom_of, cause and named.get(cause, "?")))
    facts = [key for key in ("terminal", "bot", "retry_ms") if key in raw]
    pairs += [(key, getattr(story, key), raw[key]) for key in facts]
    told = _shown(story)
    return [f"{told}: {key} {has!r}, not {want!r}" for key, has, want in pairs if has != want]


def _shown(story: Story) -> str:
    ids = ", ".join(story.event_ids[:3]) + (" …" if story.events > 3 else "")
    who = story.user_id or "/".join(story.peer_ids)
    return f"{who} {story.type} {story.error_code} [{ids}] {story.outcome} ({story.evidence})"
