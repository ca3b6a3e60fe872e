"""When a missing pair of candidates says that no path was ever found (R14).

On subscribe it always does. On publish the web SDK reads the pair only from what it sends when
the connection first opens, which on a quick join is never: it stays missing after minutes of
good media. Firefox names no pair at all.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis.parts import SUBSCRIBE
from bot.domain.diagnosis.path import path_of
from bot.domain.diagnosis.proof import Signs
from bot.domain.diagnosis.spans import shifted
from bot.domain.diagnosis.story import Story
from bot.domain.diagnosis.thresholds import ADD_HOLDS, FIRST_PATH, STORY_GAP
from bot.domain.diagnosis.versions import is_firefox
from bot.domain.events import ErrorEvent


def with_paths(stories: Iterable[Story], signs: Signs, catalogue: Catalogue) -> tuple[Story, ...]:
    """The stories; those whose missing pair says nothing without path and by code alone."""
    return tuple(one if _says(one, signs) else _by_code(one, catalogue) for one in stories)


def _by_code(story: Story, catalogue: Catalogue) -> Story:
    paths = (path_of(failure) for failure in reversed(story.failures))
    found = next((path.words for path in paths if path and not path.never_found), None)
    return replace(story, path=found, explanation=catalogue.explain_code(story.rows[-1]))


def _says(story: Story, signs: Signs) -> bool:
    """False if the story has a missing pair from which nothing follows."""
    if not any(map(_is_missing, story.rows)):
        return True
    if any(map(is_firefox, story.rows)):
        return False
    return story.type == SUBSCRIBE or not _has_sent(story, signs)


def _is_missing(row: ErrorEvent) -> bool:
    path = path_of(row.failure)
    return path is not None and path.never_found


def _has_sent(story: Story, signs: Signs) -> bool:
    """True if the person sent media before sending failed, as far as anything shows it."""
    if signs.was_measured_sending(story):
        return True
    begins = signs.paths.run_of(story).rows[0].at
    near, until = shifted(begins, -STORY_GAP), shifted(story.last_at, STORY_GAP)
    received = signs.paths.receives_nothing(story.person.key)
    if any(near <= row.at <= until and _is_missing(row) for row in received):
        return False
    joins = [one.joined_at for one in signs.stays(story) if one.joined_at]
    before = [joined for joined in joins if joined <= begins]
    if before:
        return begins - max(before) > FIRST_PATH
    return signs.sent_by(story, shifted(begins, -ADD_HOLDS))
