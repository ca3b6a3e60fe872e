"""R15: negotiation failures of several people who have one browser, OS or SDK version."""

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.domain.diagnosis.model import VerdictClass
from bot.domain.diagnosis.story import Story
from bot.domain.diagnosis.thresholds import ALIKE_LEAST
from bot.domain.events import Agent

_BROWSER = re.compile(r"(?:[^/]*/)?(?P<name>[A-Za-z][A-Za-z ]*?)_[0-9]")


@lru_cache(1024)
def browser_of(agent: Agent) -> str | None:
    """The browser's name without version; None on native, where the model is a phone's."""
    found = _BROWSER.match(agent.device_model or "")
    is_web = (agent.sdk or "").lower() == "web" or (agent.os or "").lower().startswith("web_")
    return found["name"].lower() if found and is_web else None


@lru_cache(1024)
def os_of(agent: Agent) -> str | None:
    """The OS family, the same for browsers and apps; None if unknown."""
    name = "".join(filter(str.isalnum, (agent.os or "").lower().removeprefix("web_")))
    return name if name not in {"", "undefined", "unknown"} else None


def alike_class(failed: Iterable[Story], others: Iterable[Story]) -> VerdictClass | None:
    """`environment` or `app` for at least three people who have one thing in common.

    One SDK version outweighs one browser or OS, unless somebody with the same version but
    another browser and OS got by without this failure. None if nothing is in common.
    """
    failed = tuple(failed)
    people = {story.person.key for story in failed}
    if len(people) < ALIKE_LEAST:
        return None
    agents = [row.agent for story in failed for row in story.rows]
    version = _one([agent.sdk_version or None for agent in agents])
    surroundings = {_one([browser_of(one) for one in agents]), _one([os_of(one) for one in agents])}
    surroundings -= {None}
    rest = [row.agent for one in others if one.person.key not in people for row in one.rows]
    if surroundings and version and _spared(rest, version, surroundings):
        return "environment"
    if version:
        return "app"
    return "environment" if surroundings else None


def _one(values: list[str | None]) -> str | None:
    """The value that all have, None if they differ or one is unknown."""
    return values[0] if values and len(set(values)) == 1 else None


def _spared(rest: list[Agent], version: str, surroundings: set[str | None]) -> bool:
    return any(
        agent.sdk_version == version and not {browser_of(agent), os_of(agent)} & surroundings
        for agent in rest
    )
