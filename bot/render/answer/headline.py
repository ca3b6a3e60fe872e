"""The one sentence that leads an answer, built from outcomes and verdict."""

from collections import Counter, defaultdict

from bot.domain.diagnosis import Diagnosis, Story, VerdictClass
from bot.domain.diagnosis.sdk.media import side_features
from bot.domain.diagnosis.thresholds import SURE
from bot.domain.diagnosis.wording import RECORDERS_ONLY, partial_words, people_words
from bot.domain.report import Report
from bot.render.answer.side_features import side_words
from bot.render.filters import count

_ENTRANCE = "could not get in"
_FAILURE_WAYS = {
    "client.connect.failed": _ENTRANCE,
    "client.join.failed": _ENTRANCE,
    "client.disconnected": "lost the call",
    "client.publish.failed": "could not send audio or video",
    "client.subscribe.failed": "could not hear or see the others",
}
"""A person's experience of failing for good, gravest first."""
_DEVICE_WAY = "could not use camera, microphone or screen"
_OTHER_WAY = "failed in a way I do not know"

CAUSES: dict[VerdictClass, str] = {
    "user_network": "their own network got in the way",
    "shared_network": "a network they share got in the way",
    "device": "their own device or its permissions got in the way",
    "environment": "their browser, system or page cannot do such calls",
    "app": "the app is at fault (token, role or use of the SDK)",
    "account": "the 100ms account or room does not allow it",
    "service": "100ms itself had trouble",
    "mixed": "there are several unrelated causes",
    "none": "nothing was at fault",
    "unknown": "the cause cannot be named",
}
_BLOCKED = {
    "user_network": "their network blocks WebRTC",
    "shared_network": "a network they share blocks WebRTC",
}
_WHOLE: frozenset[VerdictClass] = frozenset({"mixed", "unknown", "none"})
_NO_PATH = "never found a path"
_RECORDERS_READ = "In what could be read, only recorders reported errors."


def headline_of(report: Report, diagnosis: Diagnosis) -> str:
    """Return the headline, in our own words and numbers only.

    If data that matters could not be read, the headline says so first.
    """
    return partial_words(unread_nouns(report, diagnosis)) + _build_headline(report, diagnosis)


def unread_nouns(report: Report, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Return nouns for data that could not be read and might change the statement."""
    unread = diagnosis.verdict.unread
    return unread if unread or report.completeness.complete else ("error events",)


def _build_headline(report: Report, diagnosis: Diagnosis) -> str:
    people = diagnosis.people
    if diagnosis.nothing:
        return diagnosis.nothing.words
    if not people.affected:
        return RECORDERS_ONLY if not unread_nouns(report, diagnosis) else _RECORDERS_READ
    if people.failed_for_good:
        return _failed_sentence(report, diagnosis)
    if side := side_words(diagnosis):
        verb = "failed" if not unread_nouns(report, diagnosis) else "is known to have failed"
        return f"Nobody {verb} for good: {side}. {_cause_sentence(diagnosis)}."
    return _nobody_failed_sentence(report, diagnosis)


def failed_ways(diagnosis: Diagnosis) -> Counter[str]:
    """Return how people failed for good; each person counts once, by the gravest failure."""
    ranks = {kind: rank for rank, kind in enumerate(_FAILURE_WAYS)}
    worst: dict[str, Story] = {}
    for story in _relevant_stories(diagnosis):
        if story.failed_for_good:
            worst_story = worst.setdefault(story.person.key, story)
            if ranks.get(story.type, len(ranks)) < ranks.get(worst_story.type, len(ranks)):
                worst[story.person.key] = story
    return Counter(_failure_way(diagnosis, story) for story in worst.values())


def _relevant_stories(diagnosis: Diagnosis) -> list[Story]:
    """Return the stories that count for people: causes, or all stories if there are no causes."""
    human_stories = [story for story in diagnosis.stories if not story.bot]
    return [story for story in human_stories if story.symptom_of is None] or human_stories


def _failure_way(diagnosis: Diagnosis, story: Story) -> str:
    if story.type == "client.publish.failed" and diagnosis.classes.get(story.id) == "device":
        return _DEVICE_WAY
    return _FAILURE_WAYS.get(story.type, _OTHER_WAY)


def _failed_sentence(report: Report, diagnosis: Diagnosis) -> str:
    people, ways, open_end = diagnosis.people, failed_ways(diagnosis), has_open_end(diagnosis)
    if len(ways) == 1:
        how = next(iter(ways))
    else:
        counts = ", ".join(f"{n:,} {way}" for way, n in ways.most_common())
        how = f"failed ({counts})" if open_end else f"failed for good ({counts})"
    who = _who_phrase(report, diagnosis, people.failed_for_good)
    doubt = " Whether it was got over could not be read." * open_end
    return f"{who} {how}: {_cause_phrase(diagnosis)}.{doubt}{_more_phrase(diagnosis)}"


def has_open_end(diagnosis: Diagnosis) -> bool:
    """Return True if a person who counts as failed may have recovered, unread."""
    return any(story.doubt for story in _relevant_stories(diagnosis) if story.failed_for_good)


def has_open_side(diagnosis: Diagnosis) -> bool:
    """Return True if the verdict depends on who else was there, and that is not known."""
    return diagnosis.verdict.by_numbers and diagnosis.people.in_room is None


def _nobody_failed_sentence(report: Report, diagnosis: Diagnosis) -> str:
    people = diagnosis.people
    sure = not unread_nouns(report, diagnosis) and not people.unclear
    lead = "Nobody failed for good" if sure else "Nobody is known to have failed for good"
    who = _who_phrase(report, diagnosis, people.affected, opening=False)
    if diagnosis.verdict.cls == "none":
        return f"{lead}: {who} had error events, but none of them is a fault."
    return f"{lead}: {who} had trouble{_ending_phrase(diagnosis)}. {_cause_sentence(diagnosis)}."


def _who_phrase(report: Report, diagnosis: Diagnosis, number: int, *, opening: bool = True) -> str:
    """Return `3 of 41 people`, `3 people` if no total is known, or the subject of the look-up."""
    everybody = diagnosis.people.in_room
    if report.target.kind in {"peer", "user"} and number == 1:
        text = "this person"
    elif everybody is None:
        text = f"{_at_least(report, diagnosis)}{people_words(number)}"
    elif number == everybody == 1:
        text = "the only person in the room"
    elif number == everybody:
        text = f"all {number:,} people"
    else:
        text = f"{_at_least(report, diagnosis)}{number:,} of {count(everybody, 'person', 'people')}"
    return text[0].upper() + text[1:] if opening else text


def _at_least(report: Report, diagnosis: Diagnosis) -> str:
    """Return "at least " if events are missing and no failed person may have recovered."""
    more = not report.completeness.complete and not has_open_end(diagnosis)
    return "at least " if more else ""


def _ending_phrase(diagnosis: Diagnosis) -> str:
    """Return ` and all recovered`, `: 2 recovered, 1 left or was not seen again`."""
    people = diagnosis.people
    side = side_features(_relevant_stories(diagnosis))
    if side:
        return f" with {side} only"
    if not people.unclear:
        several = people.recovered > 1 and not diagnosis.verdict.unread
        return " and all recovered" if several else " and recovered"
    if people.unclear == 1 == people.affected:
        return f" and {unclear_words(diagnosis)}"
    parts = [f"{people.recovered:,} recovered"] if people.recovered else []
    parts.append(f"{people.unclear:,} {unclear_words(diagnosis)}")
    return f": {', '.join(parts)}"


def unclear_words(diagnosis: Diagnosis) -> str:
    """Return the outcome of people with an unclear end, to stand after their number."""
    if any(story.doubt for story in diagnosis.stories if not story.failed_for_good):
        return "had an end that could not be read"
    return f"left or {_was_or_were(diagnosis.people.unclear)} not seen again"


def _was_or_were(number: int) -> str:
    return "was" if number == 1 else "were"


def _more_phrase(diagnosis: Diagnosis) -> str:
    people = diagnosis.people
    text = f" {people.recovered:,} more recovered." if people.recovered else ""
    if people.unclear:
        text += f" {people.unclear:,} more {unclear_words(diagnosis)}."
    return text


def _cause_sentence(diagnosis: Diagnosis) -> str:
    cause = _cause_phrase(diagnosis)
    return cause[0].upper() + cause[1:]


def _cause_phrase(diagnosis: Diagnosis) -> str:
    """Return the verdict as the end of a sentence; a guess is marked as a guess."""
    verdict = diagnosis.verdict
    if has_open_side(diagnosis):
        return "whose side it is cannot be told yet"
    words = CAUSES[verdict.cls]
    if verdict.cls in _BLOCKED and _never_had_path(diagnosis):
        words = _BLOCKED[verdict.cls]
    if verdict.cls in _WHOLE:
        return words
    guess = "most likely " * (verdict.confidence < SURE)
    return f"{guess}{'mostly ' * _has_other_causes(diagnosis)}{words}"


def _has_other_causes(diagnosis: Diagnosis) -> bool:
    """Return True if relevant stories have another cause as well.

    If people failed for good, only their stories count.
    """
    stories = _relevant_stories(diagnosis)
    failed = [story for story in stories if story.failed_for_good]
    classes = {diagnosis.classes.get(story.id) for story in failed or stories}
    return bool(classes - {None, diagnosis.verdict.cls})


def _never_had_path(diagnosis: Diagnosis) -> bool:
    """Return True if no story behind the verdict ever found a media path."""
    had_no_path: defaultdict[str, bool] = defaultdict(bool)
    for story in diagnosis.stories:
        if diagnosis.classes.get(story.id) == diagnosis.verdict.cls:
            had_no_path[story.person.key] |= bool(story.path and story.path.startswith(_NO_PATH))
    return bool(had_no_path) and all(had_no_path.values())
