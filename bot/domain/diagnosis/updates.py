"""The one line of an answer that names a version of the SDK which may mend what failed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.diagnosis.model import VerdictClass
from bot.domain.diagnosis.story import Story
from bot.domain.fixes import Fixes, Outdated


def behind(
    cls: VerdictClass, stories: Iterable[Story], classes: Mapping[str, VerdictClass]
) -> list[Story]:
    """The causes that the verdict rests on; every cause if it is of several classes."""
    causes = [one for one in stories if one.id in classes and not one.bot]
    return [one for one in causes if classes[one.id] == cls] or causes


def update_of(stories: Iterable[Story], fixes: Fixes, now: datetime) -> str:
    """The line that fits most people, of the failures behind a verdict; "" if none fits."""
    people: defaultdict[Outdated, set[str]] = defaultdict(set)
    for story in stories:
        found = fixes.missing_in(story.agents, story.code, story.type, now.date())
        if found:
            people[found].add(story.person.key)
    if not people:
        return ""
    ranks = {fix: rank for rank, fix in enumerate(fixes.fixes)}
    chosen = min(people, key=lambda one: (-len(people[one]), ranks[one.fix], one.version))
    return fixes.line(chosen, now.date())
