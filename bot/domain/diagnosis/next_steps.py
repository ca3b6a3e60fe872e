"""Next steps and possible changes of a verdict, by class and by reason for finding no error.

Verdicts on phone apps get steps without a page to reload or a second browser. Verdicts on side
features get the features' own steps, since the call itself needs none (R17a). Advice on an SDK
update names a version that may fix the failure.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.catalogue import UNKNOWN
from bot.domain.diagnosis.confidence import may_hide_token
from bot.domain.diagnosis.model import NoErrorsReason, Story, Verdict, VerdictClass
from bot.domain.diagnosis.sdk.text import (
    ICE_CODES,
    REPORTS_BOTH_PATHS,
    SUBSCRIBE,
    is_web_before,
    status_of,
)
from bot.domain.diagnosis.thresholds import SHARED_LEAST
from bot.domain.diagnosis.wording import CAUSES, advice_fits, people_words
from bot.domain.sdk_fixes import Fixes, Outdated

PAGE_WORDS = re.compile(
    r"\b(?:lock icon|reload\w*|browsers?|plug\w*|unplugged|tabs?|computers?|web ?pages?|USB"
    r"|https|chrome|close other programs)\b",
    re.IGNORECASE,
)
"""Words for things that only a page on a computer has."""

_PHONE_STEPS: dict[VerdictClass, tuple[str, ...]] = {
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
_PHONE_FALLBACK_STEP = "Have the person close the app fully, open it and join again."
_PHONE_CHANGE = "It would be the app if another phone fails the same way: ask for one try."


def adapt_to_phones(verdict: Verdict, causes: Sequence[Story]) -> Verdict:
    """Return the verdict with steps fit for an app, if everybody behind it uses one."""
    if not causes or not all(map(is_native_app, causes)):
        return verdict
    fitting = [step for step in verdict.next_steps if not PAGE_WORDS.search(step)]
    if len(fitting) < len(verdict.next_steps):
        fitting += _PHONE_STEPS.get(verdict.cls, (_PHONE_FALLBACK_STEP,))
    change = _PHONE_CHANGE if PAGE_WORDS.search(verdict.changes_if) else verdict.changes_if
    return replace(verdict, next_steps=tuple(dict.fromkeys(fitting)), changes_if=change)


def is_native_app(story: Story) -> bool:
    """Return whether the failure is of an Android or iOS app, with any framework."""
    return story.platform not in {"web", UNKNOWN}


ASK_AGAIN = "Ask again in a few minutes: not everything could be read."
_MOST_CAUSES = 3
_REFUSED = frozenset({401, 403})

STEPS: dict[VerdictClass, tuple[str, ...]] = {
    "user_network": (
        "Ask the person to try another network, for example a phone hotspot.",
        "If that works, send their IT the 100ms allow-list (*.100ms.live, UDP and TCP ports).",
    ),
    "shared_network": (
        "Send the IT of that network the 100ms allow-list (*.100ms.live, UDP and TCP ports).",
        "Until then, ask people there to join over a phone hotspot.",
    ),
    "device": (
        "Walk the person through the device's permissions, then have them reload and rejoin.",
        "Ask them to close other programs that use the camera or microphone.",
    ),
    "environment": (
        "Ask for an up-to-date Chrome, Edge, Safari or Firefox, in a normal window over https.",
        "Tell the app team which browser and OS these people have in common.",
    ),
    "app": ("Give the app team the event ids and the code's meaning.",),
    "account": ("Ask whoever administers the 100ms account to change what stands in the way.",),
    "service": (
        "Look at status.100ms.live, then send the packet with ids and times to 100ms support.",
        "Ask the people to join again in a few minutes.",
    ),
    "mixed": (),
    "none": ("Nothing to do, unless the person still sees a problem.",),
    "unknown": ("Give the app team the event ids, and ask for the app's own log of that minute.",),
}

_CHANGES: dict[VerdictClass, str] = {
    "user_network": "It would be the app or the service if the same fails over another network: ask"
    " for one try over a phone hotspot.",
    "shared_network": "It would be one person's line if the others work from elsewhere: ask one of"
    " them to try a phone hotspot.",
    "device": "It would be the app if another device fails the same way: ask for one try.",
    "environment": "It would be the app if another browser or device fails the same way: ask for"
    " one try.",
    "app": "It would be the service if another release of the app fails the same way: ask the app"
    " team for one try.",
    "account": "It would be the app if people are still turned away once that is changed.",
    "service": "It would be something closer to these people if other rooms had no trouble in that"
    " minute: look up another call of that time.",
    "mixed": "It would be one cause if these people share a change, such as a release or a new"
    " network: ask two of them.",
    "none": "It would change if the person still sees the problem: ask when, and what they see.",
    "unknown": "The app's own log of that minute would tell more.",
}
_RENEWAL_STEP = (
    "It would be the service if a newly made token is turned away as well: ask the app team for one"
    " join with a fresh one."
)
_EXPIRY = (
    "It would be the app if the token had run out: before web SDK 0.12.24 that looks the same as a"
    " lost line. Ask the app team how long the token was valid."
)
_SENDING = (
    "Before web SDK 0.14.1 failed sending goes unreported while receiving is tried again: ask"
    " whether the others saw and heard this person."
)
_SAME_PAGE = (
    "It would be the page if camera and microphone work elsewhere on these devices: ask for one"
    " try on another site."
)
_RECORDERS = "It would change if people in the call saw a problem: ask them."

CHANGES_WITHOUT_ERRORS: dict[NoErrorsReason, str] = {
    "room_disabled": "It would be something else if people are turned away once the room is"
    " enabled: ask again then.",
    "unknown_id": "Another id of the same call would tell more: its room, session or peer id, or"
    " the join link.",
    "too_old": "A call of the last 30 days would tell more, if it still happens.",
    "no_session": "It would change if the call took place in another room, or at another time.",
    "not_seen": "It would change if the person joined under another id, or another room.",
    "healthy": "It would change if somebody still sees a problem: ask who, when, and what they"
    " see.",
    "unread": "It would change once everything can be read.",
}

STEPS_WITHOUT_ERRORS: dict[NoErrorsReason, tuple[str, ...]] = {
    "room_disabled": ("Enable the room in the 100ms dashboard, or ask who disabled it.",),
    "unknown_id": ("Ask for the room, session or peer id and the time of the call.",),
    "too_old": ("Ask again with the id of a call of the last 30 days, if it still happens.",),
    "no_session": ("Check that the room and the time are those of the call.",),
    "not_seen": ("Check the id, and whether the person joined another room.",),
    "healthy": ("Nothing to do, unless somebody still sees a problem.",),
    "unread": (ASK_AGAIN,),
}


def steps_of(
    cls: VerdictClass, supporting: Sequence[Story], classes: Mapping[str, VerdictClass]
) -> tuple[str, ...]:
    """Return the next steps: the most common failure's own advice, then the class's steps.

    Several unrelated causes have one step each.
    """
    if cls == "mixed":
        return _steps_by_cause(supporting, classes)
    advice = _commonest_advice(
        story for story in supporting if advice_fits(cls, story.explanation.entry.owner)
    )
    class_steps = () if advice and cls in {"account", "unknown"} else STEPS[cls]
    return tuple(dict.fromkeys((*advice, *class_steps)))


def _commonest_advice(stories: Iterable[Story]) -> list[str]:
    counts = Counter(story.explanation.entry.do for story in stories)
    return [*max(counts, key=lambda steps: (counts[steps], steps))] if counts else []


def _steps_by_cause(
    supporting: Sequence[Story], classes: Mapping[str, VerdictClass]
) -> tuple[str, ...]:
    people: dict[VerdictClass, set[str]] = {}
    for story in supporting:
        people.setdefault(classes[story.id], set()).add(story.person.key)
    ranked = sorted(people, key=lambda cls: (-len(people[cls]), cls))[:_MOST_CAUSES]
    steps = []
    for cls in ranked:
        cause_stories = (
            story
            for story in supporting
            if classes[story.id] == cls and advice_fits(cls, story.explanation.entry.owner)
        )
        advice = (_commonest_advice(cause_stories) or [*STEPS[cls], ""])[0]
        steps.append(f"{people_words(len(people[cls]))}, {CAUSES[cls]}: {advice}")
    return tuple(steps)


def changes_of(
    cls: VerdictClass, supporting: Sequence[Story], networks: Mapping[str, set[str]]
) -> str:
    """Return the unknown fact that would change the verdict."""
    if all(story.bot for story in supporting):
        return _RECORDERS
    if cls == "app" and all(status_of(story.code) in _REFUSED for story in supporting):
        return _RENEWAL_STEP
    if cls == "user_network":
        return _change_of_user_network(supporting)
    many = len({story.person.key for story in supporting}) > 1
    if cls == "device" and many and not any(map(is_native_app, supporting)):
        return _SAME_PAGE
    sharing = most_at_one_address(supporting, networks)
    if cls == "service" and sharing >= SHARED_LEAST:
        return (
            f"It would be a network that they share if the {people_words(sharing)} who showed one "
            "public address sit in one place: ask two of them."
        )
    return _CHANGES[cls]


def _change_of_user_network(supporting: Sequence[Story]) -> str:
    """Return the change that matters for an SDK version that could not report it."""
    if any(map(may_hide_token, supporting)):
        return _EXPIRY
    received = (
        story for story in supporting if story.type == SUBSCRIBE and story.code in ICE_CODES
    )
    if any(is_web_before(story, REPORTS_BOTH_PATHS) for story in received):
        return _SENDING
    return _CHANGES["user_network"]


def most_at_one_address(stories: Iterable[Story], networks: Mapping[str, set[str]]) -> int:
    """Return the largest number of these people who had the same public address."""
    keys = {story.person.key for story in stories}
    counts = Counter(network for key in keys for network in networks.get(key, ()))
    return max(counts.values(), default=0)


_MOST_STEPS = 3
_SIDE_STEPS_CHANGE = (
    "It would be the call itself if others did not see or hear the person either: ask them."
)


def adapt_to_side_features(verdict: Verdict, causes: Sequence[Story]) -> Verdict:
    """Return the verdict with the features' own steps, if every failure is of a side feature.

    The usual steps of a class (permissions, tokens, another network) would not fit an effect or a
    playlist.
    """
    if not causes or not all(story.feature for story in causes):
        return verdict
    counts = Counter(
        story.explanation.entry.do for story in sorted(causes, key=lambda story: story.id)
    )
    feature_steps = [step for steps, _ in counts.most_common() for step in steps][:_MOST_STEPS]
    again = tuple(step for step in verdict.next_steps if step == ASK_AGAIN)
    next_steps = (*again, *feature_steps) or STEPS["none"]
    return replace(verdict, next_steps=next_steps, changes_if=_SIDE_STEPS_CHANGE)


def causes_of_verdict(
    cls: VerdictClass, stories: Iterable[Story], classes: Mapping[str, VerdictClass]
) -> list[Story]:
    """Return the causes behind the verdict; every cause if they have several classes."""
    causes = [story for story in stories if story.id in classes and not story.bot]
    return [story for story in causes if classes[story.id] == cls] or causes


def update_advice(stories: Iterable[Story], fixes: Fixes, now: datetime) -> str:
    """Return the update line that fits most people behind a verdict; "" if none fits."""
    people: defaultdict[Outdated, set[str]] = defaultdict(set)
    for story in stories:
        outdated = fixes.missing_in(story.agents, story.code, story.type, now.date())
        if outdated:
            people[outdated].add(story.person.key)
    if not people:
        return ""
    ranks = {fix: rank for rank, fix in enumerate(fixes.fixes)}
    chosen = min(
        people,
        key=lambda candidate: (-len(people[candidate]), ranks[candidate.fix], candidate.version),
    )
    return fixes.line(chosen, now.date())
