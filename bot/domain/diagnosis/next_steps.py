"""Next steps of a verdict: at most two, each with the person who acts.

They come from the commonest error's own entry in the catalogue. A network that people share, a
100ms outage, a browser or version in common and unrelated causes have steps of their own, because
no single error knows of the other people.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.domain.catalogue import UNKNOWN
from bot.domain.diagnosis.classify import common_factor
from bot.domain.diagnosis.model import Story, VerdictClass
from bot.domain.diagnosis.sdk.text import SIGNAL_LOST, media_of_story, status_of
from bot.domain.diagnosis.wording import EVENTS, VERDICTS, advice_fits
from bot.domain.events import Agent
from bot.domain.sdk_fixes import Fixes, Outdated

MOST_STEPS = 2

_DEVICES = {
    frozenset({"video"}): "the camera",
    frozenset({"audio"}): "the microphone",
    frozenset({"audio", "video"}): "the camera or microphone",
}
ANY_DEVICE = "the camera or microphone"
_REFUSED = frozenset({401, 403})
_NOUNS = {
    "role-limit-reached": "full role",
    "forbidden": "disabled room or link",
    "insecure-page": "insecure page",
    "no-webrtc": "browser without WebRTC",
    "invalid-role": "unknown role",
    "role-not-allowed": "role that is not allowed",
    "duplicate-peer": "second copy",
}
_LINE_LOST = ("Their IT: check the internet line of that place.",)
_REPORT = VERDICTS["service"].steps[:1]


def steps_of(
    cls: VerdictClass,
    supporting: Sequence[Story],
    classes: Mapping[str, VerdictClass],
    *,
    repeats: bool,
) -> tuple[str, ...]:
    """Return at most two steps for the stories behind a verdict.

    Nobody has to act where everybody recovered, unless it `repeats`.
    """
    recovered = all(story.outcome == "recovered" for story in supporting)
    if cls == "none" or (recovered and not repeats and cls not in {"service", "mixed"}):
        return ()
    if cls == "mixed":
        return _steps_by_cause(supporting, classes)
    if cls == "service":
        failed = any(story.failed_for_good for story in supporting)
        return VERDICTS[cls].steps if failed else _REPORT
    if cls == "shared_network":
        lost = all(story.code == SIGNAL_LOST for story in supporting)
        return _LINE_LOST if lost else VERDICTS[cls].steps
    factor = common_factor(cls, supporting)
    if factor:
        return _steps_for_factor(cls, factor)
    return _commonest_steps(cls, supporting)


def _steps_for_factor(cls: VerdictClass, factor: str) -> tuple[str, ...]:
    if cls == "app":
        return (
            f"App team: move from {factor} to another version, and test it.",
            "Support: ask these people to rejoin after that.",
        )
    return (
        f"Users: join with something other than {factor}.",
        f"App team: test the call in {factor}, then report it to 100ms.",
    )


def _commonest_steps(cls: VerdictClass, stories: Sequence[Story]) -> tuple[str, ...]:
    """Return the steps of the error that most people had, else those of the class.

    If the same error has other steps in a phone's app, each of both gives its first.
    """
    fitting = [
        story
        for story in stories
        if advice_fits(cls, story.explanation.entry.owner) and story.explanation.entry.do
    ]
    common = commonest_error(fitting) if fitting else []
    if not common:
        return VERDICTS[cls].steps
    ranked = Counter(story.explanation.entry.do for story in common).most_common(2)
    if len(ranked) > 1:
        return tuple(steps[0] for steps, _ in ranked)
    return ranked[0][0][:MOST_STEPS]


def commonest_error(stories: Sequence[Story]) -> list[Story]:
    """Return the stories of the error that most people had; none if it is not more than half.

    Of one person's errors the gravest counts. Where people failed for good, only theirs count.
    """
    failed = [story for story in stories if story.failed_for_good] or list(stories)
    groups: defaultdict[str, list[Story]] = defaultdict(list)
    for story in failed:
        groups[story.explanation.entry.key].append(story)
    ranks = {kind: rank for rank, kind in enumerate(EVENTS)}

    def weight(group: list[Story]) -> tuple[int, int, str]:
        gravest = min(ranks.get(story.type, len(ranks)) for story in group)
        return -count_people(group), gravest, group[0].explanation.entry.key

    common = min(groups.values(), key=weight)
    return common if 2 * count_people(common) > count_people(failed) else []


def device_of(stories: Iterable[Story]) -> str:
    """Return `the camera`, `the microphone`, or both if the events do not tell."""
    media = frozenset[str]().union(*map(media_of_story, stories))
    return _DEVICES.get(media - {"screen"}, ANY_DEVICE)


def cause_noun(cls: VerdictClass, stories: Sequence[Story]) -> str:
    """Return the cause of these stories as a noun, such as `camera` or `rejected token`."""
    entries = {story.explanation.entry.key for story in stories}
    if cls == "device":
        return device_of(stories).removeprefix("the ")
    if cls == "app" and {status_of(story.code) for story in stories} <= _REFUSED:
        return "rejected token"
    return (
        _NOUNS.get(entries.pop(), VERDICTS[cls].short) if len(entries) == 1 else VERDICTS[cls].short
    )


def people_by_class(
    stories: Iterable[Story], classes: Mapping[str, VerdictClass]
) -> list[tuple[VerdictClass, list[Story]]]:
    """Return the stories of each class, that of most people first."""
    groups: defaultdict[VerdictClass, list[Story]] = defaultdict(list)
    for story in stories:
        groups[classes[story.id]].append(story)
    return sorted(groups.items(), key=lambda group: (-count_people(group[1]), group[0]))


def count_people(stories: Iterable[Story]) -> int:
    """Return the number of people who had these stories."""
    return len({story.person.key for story in stories})


def _steps_by_cause(
    supporting: Sequence[Story], classes: Mapping[str, VerdictClass]
) -> tuple[str, ...]:
    """Return the first step of each of the two causes that most people have."""
    groups = people_by_class(supporting, classes)[:MOST_STEPS]
    steps = (steps_of(cls, stories, classes, repeats=True)[:1] for cls, stories in groups)
    return tuple(dict.fromkeys(step for group in steps for step in group))


def steps_of_side_features(causes: Sequence[Story]) -> tuple[str, ...]:
    """Return the features' own steps, if every failure is of a side feature; else none.

    The usual steps of a class (permissions, tokens, another network) would not fit an effect or a
    playlist.
    """
    recovered = all(story.outcome == "recovered" for story in causes)
    if recovered or not all(story.feature for story in causes):
        return ()
    steps = Counter(
        step
        for story in sorted(causes, key=lambda story: story.id)
        for step in story.explanation.entry.do
    )
    return tuple(step for step, _ in steps.most_common(MOST_STEPS))


def is_native_app(story: Story) -> bool:
    """Return whether the failure is of an Android or iOS app, with any framework."""
    return story.platform not in {"web", UNKNOWN}


def causes_of_verdict(
    cls: VerdictClass, stories: Iterable[Story], classes: Mapping[str, VerdictClass]
) -> list[Story]:
    """Return the causes behind the verdict; every cause if they have several classes."""
    causes = [story for story in stories if story.id in classes and not story.bot]
    return [story for story in causes if classes[story.id] == cls] or causes


def outdated_sdk(stories: Iterable[Story], fixes: Fixes, now: datetime) -> Outdated | None:
    """Return the outdated SDK of most people behind a verdict; None without a known fault."""
    people: defaultdict[Outdated, set[str]] = defaultdict(set)
    groups: defaultdict[tuple[frozenset[Agent], int, str], set[str]] = defaultdict(set)
    for story in stories:
        groups[story.agents, story.code, story.type].add(story.person.key)
    for (agents, code, kind), keys in groups.items():
        outdated = fixes.missing_in(agents, code, kind, now.date())
        if outdated:
            people[outdated] |= keys
    if not people:
        return None
    ranks = {fix: rank for rank, fix in enumerate(fixes.fixes)}
    return min(
        people,
        key=lambda candidate: (-len(people[candidate]), ranks[candidate.fix], candidate.version),
    )
