"""R18: the confidence of a verdict, and the doubts that limit it (R11, R12, R14, R18).

Some doubts keep a verdict below `SURE`, regardless of the other people who failed.
"""

from collections.abc import Iterable
from fractions import Fraction

from bot.domain.diagnosis.classify import NEGOTIATION, Tally, people_with_server_errors
from bot.domain.diagnosis.model import BY_NUMBERS, Person, Story, VerdictClass
from bot.domain.diagnosis.outcomes import UNREACHABLE
from bot.domain.diagnosis.sdk.media import is_cancelled_share, is_refusal
from bot.domain.diagnosis.sdk.text import (
    REPORTS_TRIES,
    SIGNAL_LOST,
    is_empty_unreachable,
    is_orderly_close,
    is_web_before,
    responder_of,
)
from bot.domain.diagnosis.thresholds import COMMON_FACTOR_LEAST, FEW_PEOPLE, VERDICT_SHARE

_MEDIA_PATH = frozenset({"client.publish.failed", "client.subscribe.failed"})
_UNSURE = frozenset({"gateway", "page", "api_misuse"})


def is_doubtful(story: Story) -> bool:
    """Return whether code and text of a failure leave its cause open.

    A gateway's page may be 100ms' own or a proxy's. An exception may be the page's or the SDK's. An
    empty 2003 is a hidden 404. An orderly close names no side, nor does a browser's own error of
    the media path. A borrowed or general entry of the catalogue is a guess.
    """
    if not story.error_code and story.type in _MEDIA_PATH:
        return True
    if any(responder_of(facts, story.platform) in _UNSURE for facts in story.failures):
        return True
    if story.code == UNREACHABLE and story.platform == "web":
        return all(map(is_empty_unreachable, story.failures))
    if any(map(is_orderly_close, story.failures)) or may_hide_token(story):
        return True
    return story.explanation.entry.code_range is not None


def may_hide_token(story: Story) -> bool:
    """Return whether a lost signal may hide a refused token, which old web SDKs do not report."""
    lost = story.type == "client.disconnected" and story.code == SIGNAL_LOST
    return lost and story.terminal and is_web_before(story, REPORTS_TRIES)


def is_doubtful_refusal(story: Story) -> bool:
    """Return whether a closed picker is only likely.

    Firefox and Safari use the same words for every refusal.
    """
    return is_cancelled_share(story) and not any(map(is_refusal, story.failures))


# A class that a text or code decides is nearly certain. A class concluded from the other people who
# failed is a good guess. A class that too few people support stays below `SURE`.
_SETTLED, _CONCLUDED, _WEAK, _MIXED, _UNKNOWN = 0.9, 0.8, 0.55, 0.6, 0.3
_NO_FAULT, _HEALTHY, _HALF_SEEN = 0.9, 0.8, 0.6


def confidence_of(
    tally: Tally,
    supporting: list[Story],
    stories: Iterable[Story],
    people_in_room: int,
    *,
    complete: bool,
) -> float:
    """Return the confidence of a verdict from stories, from 0 to 1, with two digits.

    `supporting` are the stories behind the verdict, `people_in_room` the number of people known to
    have been there. Without `complete` data the confidence stays below `SURE`.
    """
    confidence = _complete_confidence(tally, supporting, stories, people_in_room)
    return confidence if complete else min(confidence, _HALF_SEEN)


def _complete_confidence(
    tally: Tally, supporting: list[Story], stories: Iterable[Story], people_in_room: int
) -> float:
    cls = tally.cls
    if cls is None:
        return _WEAK if any(map(is_doubtful_refusal, stories)) else _NO_FAULT
    if cls == "unknown":
        return _UNKNOWN
    if cls == "mixed" or tally.share < VERDICT_SHARE:
        return _MIXED
    base = _base_confidence(cls, supporting, people_in_room)
    if base == _WEAK:
        return _WEAK
    doubt = Fraction(1, 4) * (1 - tally.share)
    return round(base * float(1 - doubt), 2)


def _base_confidence(cls: VerdictClass, supporting: list[Story], people_in_room: int) -> float:
    if supporting and all(map(is_doubtful, supporting)):
        return _WEAK
    if cls in BY_NUMBERS:
        return _by_numbers(cls, supporting, people_in_room)
    people = {story.person.key for story in supporting}
    if supporting and all(story.code in NEGOTIATION for story in supporting):
        return _CONCLUDED if len(people) >= COMMON_FACTOR_LEAST else _WEAK
    return _WEAK if supporting and all(map(_is_guess, supporting)) else _SETTLED


def _by_numbers(cls: VerdictClass, supporting: list[Story], people_in_room: int) -> float:
    if people_in_room < FEW_PEOPLE:
        return _WEAK
    if cls != "service" and supporting and all(map(_is_described_by_range, supporting)):
        return _WEAK
    servers = people_with_server_errors(supporting)
    people: set[Person] = {story.person for story in supporting}
    by_code = cls == "service" and len(people) < FEW_PEOPLE
    if servers and servers < FEW_PEOPLE and cls == "service":
        by_code = by_code or servers == len(people)
    return _WEAK if by_code else _CONCLUDED


def _is_guess(story: Story) -> bool:
    """Return whether only the range of the code is known, because no entry describes the code."""
    return not story.by_webhook and (_is_described_by_range(story) or not story.error_code)


def _is_described_by_range(story: Story) -> bool:
    return story.explanation.entry.code_range is not None


def confidence_without_errors(reason: str, *, complete: bool) -> float:
    """Return the confidence of an answer without events."""
    if reason == "room_disabled":
        return _SETTLED
    if reason == "healthy":
        return _HEALTHY if complete else _HALF_SEEN
    return _UNKNOWN
