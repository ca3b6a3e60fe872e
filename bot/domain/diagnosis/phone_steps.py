"""Steps for people who use an app on a phone: it has no page to reload and no second browser."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.catalogue import UNKNOWN
from bot.domain.diagnosis.model import Verdict, VerdictClass
from bot.domain.diagnosis.story import Story

PAGE_WORDS = re.compile(
    r"\b(?:lock icon|reload\w*|browsers?|plug\w*|unplugged|tabs?|computers?|web ?pages?|USB"
    r"|https|chrome|close other programs)\b",
    re.IGNORECASE,
)
"""What only a page on a computer has."""

_STEPS: dict[VerdictClass, tuple[str, ...]] = {
    "device": (
        "Walk the person through Settings > the app > Camera and Microphone, then a new join.",
        "Ask them to end phone calls and close other apps that use camera or microphone.",
        "If that does not help, ask for one try on another phone.",
    ),
    "environment": (
        "Ask for an update of the app and of the phone's system, or for another phone.",
        "Tell the app team which phone and system version these people have in common.",
    ),
}
_OTHERWISE = "Have the person close the app fully, open it and join again."
_CHANGE = "It would be the app if another phone fails the same way: ask for one try."


def in_phone_words(verdict: Verdict, behind: Sequence[Story]) -> Verdict:
    """The verdict, its steps fit for an app, if everybody behind it uses one."""
    if not behind or not all(map(uses_app, behind)):
        return verdict
    fitting = [step for step in verdict.next_steps if not PAGE_WORDS.search(step)]
    if len(fitting) < len(verdict.next_steps):
        fitting += _STEPS.get(verdict.cls, (_OTHERWISE,))
    change = _CHANGE if PAGE_WORDS.search(verdict.changes_if) else verdict.changes_if
    return replace(verdict, next_steps=tuple(dict.fromkeys(fitting)), changes_if=change)


def uses_app(story: Story) -> bool:
    """True if the failure is of an Android or iOS app, whatever framework it was made with."""
    return story.platform not in {"web", UNKNOWN}
