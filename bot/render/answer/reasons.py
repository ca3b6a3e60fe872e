"""People's trouble and its cause, as clauses of an answer's first sentence."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from bot.domain.diagnosis import Diagnosis, Story
from bot.domain.diagnosis.classify import common_factor
from bot.domain.diagnosis.network import is_intercepted
from bot.domain.diagnosis.next_steps import (
    ANY_DEVICE,
    cause_noun,
    commonest_error,
    device_of,
    people_by_class,
)
from bot.domain.diagnosis.sdk.text import MEDIA_TYPES, SIGNAL_LOST, area_of
from bot.domain.diagnosis.thresholds import SURE
from bot.domain.diagnosis.wording import EVENTS, VERDICTS, advice_fits
from bot.domain.text import clip
from bot.render.phrases import display_name, safe_text

_BOTH_WAYS = "could not send or receive audio and video"
_BOTH_WAYS_PASSING = "had trouble sending and receiving audio and video"
_ENTRY = {"could not join", "was disconnected"}
_MEDIA = {"could not send audio or video", "could not receive audio or video", _BOTH_WAYS}
_ROLE = 20
_SECOND = 1000


def causes_of(diagnosis: Diagnosis) -> list[Story]:
    """Return the failures of people, without consequences of others if there are causes."""
    stories = [story for story in diagnosis.stories if not story.bot]
    return [story for story in stories if story.symptom_of is None] or stories


def main_stories(diagnosis: Diagnosis) -> list[Story]:
    """Return the failures that the first sentence speaks of.

    Those are the causes behind the verdict which kept people out, else all that count, else
    everything, recorders included.
    """
    causes = causes_of(diagnosis)
    failed = [story for story in causes if story.failed_for_good]
    counted = failed or [story for story in causes if story.id in diagnosis.classes] or causes
    main = [s for s in counted if diagnosis.classes.get(s.id) == diagnosis.verdict.cls]
    return main or counted or list(diagnosis.stories)


def experience_of(diagnosis: Diagnosis, causes: Iterable[Story]) -> str:
    """Return what the people behind these causes experienced, for example `could not join`."""
    causes = list(causes)
    by_person: defaultdict[str, list[Story]] = defaultdict(list)
    for story in causes:
        by_person[story.person.key].append(story)
    ways = {_way(diagnosis, stories) for stories in by_person.values()}
    if len(ways) == 1:
        return ways.pop()
    if _have_passed(causes):
        return "had trouble"
    if ways <= _ENTRY:
        return "were disconnected or never got in"
    return "lost audio or video" if ways <= _MEDIA else "could not take part fully"


def _way(diagnosis: Diagnosis, causes: Sequence[Story]) -> str:
    """Return the gravest experience of one person."""
    ranks = {kind: rank for rank, kind in enumerate(EVENTS)}
    gravest = min(causes, key=lambda story: ranks.get(story.type, len(ranks)))
    if gravest.feature:
        return f"{_verb(causes)} {gravest.feature}"
    if area_of(gravest) == "device":
        devices = [story for story in causes if area_of(story) == "device"]
        return f"{_verb(causes)} {device_of(devices)}"
    if gravest.type in MEDIA_TYPES and _has_both_ways(diagnosis, gravest):
        return _BOTH_WAYS_PASSING if _have_passed(causes) else _BOTH_WAYS
    words = EVENTS.get(gravest.type)
    if words is None:
        return "hit an error"
    return words.passing if _have_passed(causes) else words.experience


def _verb(causes: Sequence[Story]) -> str:
    return "had trouble with" if _have_passed(causes) else "could not use"


def _have_passed(causes: Iterable[Story]) -> bool:
    return all(story.outcome == "recovered" for story in causes)


def _has_both_ways(diagnosis: Diagnosis, story: Story) -> bool:
    """Return whether both sending and receiving failed for the person and ended like the story."""
    kinds = {
        other.type
        for other in diagnosis.stories
        if other.person.key == story.person.key
        and other.type in MEDIA_TYPES
        and other.failed_for_good == story.failed_for_good
        and (other.outcome == "recovered") == (story.outcome == "recovered")
    }
    return kinds == MEDIA_TYPES


def has_open_side(diagnosis: Diagnosis) -> bool:
    """Return True if the verdict depends on who else was there, and that is not known."""
    return diagnosis.verdict.by_numbers and diagnosis.people.in_room is None


def reason_of(diagnosis: Diagnosis, stories: Sequence[Story]) -> str:
    """Return the reason as a clause: that of the error which most of these people had."""
    cls = diagnosis.verdict.cls
    if has_open_side(diagnosis):
        return "the cause is not clear yet"
    factor = common_factor(cls, stories)
    if factor:
        return f"all of them use {factor}{_code(stories)}"
    if cls == "shared_network":
        return _shared_words(stories)
    fitting = [story for story in stories if advice_fits(cls, story.explanation.entry.owner)]
    if not fitting or is_outage(diagnosis):
        return ONE_SERVER if diagnosis.verdict.here_only else VERDICTS[cls].clause
    common = commonest_error(fitting)
    return specific_reason(common) if common else VERDICTS[cls].clause


def is_outage(diagnosis: Diagnosis) -> bool:
    """Return whether the numbers alone point at 100ms, and not the errors themselves."""
    stories = main_stories(diagnosis)
    own = [story for story in stories if story.explanation.entry.owner == "service"]
    return diagnosis.verdict.cls == "service" and len(own) < len(stories) / 2


HERE_ONLY = "in this room only"
ONE_SERVER = "possibly one 100ms server"
"""The cause where other rooms were healthy: it neither blames 100ms as a whole nor clears it."""


def outage_words(diagnosis: Diagnosis) -> str:
    """Return how sure it is that 100ms had an outage, to begin a sentence with."""
    if diagnosis.verdict.here_only:
        return f"{ONE_SERVER}, {HERE_ONLY}"
    sure = diagnosis.verdict.confidence >= SURE
    return "looks like a 100ms outage" if sure else "possibly a 100ms outage"


def specific_reason(stories: Sequence[Story]) -> str:
    """Return the reason of stories that share one, with their device, role and code."""
    reasons = sorted({story.explanation.entry.reason for story in stories}, reverse=True)
    reason = reasons[0]
    if len(reasons) > 1:
        reason = reason.replace(" in the browser", " in the browser or app")
    if all(area_of(story) == "device" for story in stories):
        device = device_of(stories)
        reason = reason.replace(ANY_DEVICE, "it")
        if device != ANY_DEVICE:
            reason = reason.replace("camera or microphone", device.removeprefix("the "))
    # A webhook does not say which role was refused.
    roles = {role for story in stories if not story.by_webhook for role in story.person.roles}
    if len(roles) == 1 and reason.startswith("the role "):
        role = clip(display_name(roles.pop()), _ROLE)
        reason = f"the role “{role}” {reason.removeprefix('the role ')}"
    return safe_text(reason) if "(" in reason else f"{safe_text(reason)}{_code(stories)}"


def retry_words(stories: Sequence[Story]) -> str:
    """Return ` despite 60 s of retries`, if one person's app reports it; "" otherwise."""
    if len({story.person.key for story in stories}) > 1:
        return ""
    tried = max((story.retry_ms or 0 for story in stories), default=0)
    tries = max((story.retry_count or 0 for story in stories), default=0)
    if tried >= _SECOND:
        return f" despite {tried / _SECOND:.0f} s of retries"
    return f" despite {tries:,} tries" if tries > 1 else ""


def times_words(stories: Sequence[Story]) -> str:
    """Return ` twice` or ` 3 times` for failures of one person; "" otherwise."""
    if len({story.person.key for story in stories}) > 1 or len({s.type for s in stories}) > 1:
        return ""
    number = len(stories)
    return "" if number == 1 else " twice" if number == 2 else f" {number:,} times"  # noqa: PLR2004


def _code(stories: Iterable[Story]) -> str:
    codes = {story.error_code for story in stories}
    code = codes.pop() if len(codes) == 1 else None
    return f" ({code})" if code else ""


def _shared_words(stories: Sequence[Story]) -> str:
    if any(map(is_intercepted, stories)):
        return "a filter on the network they share answered instead of 100ms"
    if all(story.path and story.path.startswith("never found") for story in stories):
        return "a network they share blocks audio and video"
    if all(story.code == SIGNAL_LOST for story in stories):
        return "the network they share lost its connection"
    if all(story.type in MEDIA_TYPES for story in stories):
        return f"a network they share broke the media connection{_code(stories)}"
    return f"a network they share blocks 100ms{_code(stories)}"


def nouns_of_causes(diagnosis: Diagnosis, causes: Iterable[Story]) -> list[str]:
    """Return the unrelated causes as nouns, that of most people first."""
    classed = [story for story in causes if story.id in diagnosis.classes]
    groups = people_by_class(classed, diagnosis.classes)
    return [cause_noun(cls, stories) for cls, stories in groups]
