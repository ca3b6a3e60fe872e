"""Whose turn it is, and to do what: of a verdict, and of one failure."""

from bot.domain.catalogue import OWNER_WORDS, Entry
from bot.domain.diagnosis import Diagnosis, Story, VerdictClass
from bot.domain.diagnosis.advice import STEPS
from bot.domain.diagnosis.wording import fits

TURNS: dict[VerdictClass, str] = {
    "user_network": OWNER_WORDS["user_network"],
    "shared_network": OWNER_WORDS["user_network"],
    "device": OWNER_WORDS["user_device"],
    "environment": OWNER_WORDS["user_device"],
    "app": OWNER_WORDS["app"],
    "account": OWNER_WORDS["account"],
    "service": OWNER_WORDS["service"],
    "mixed": "told with each failure",
    "none": OWNER_WORDS["nobody"],
    "unknown": "whoever asked",
}


FOR_RECORDERS = (OWNER_WORDS["nobody"], "It is a recorder: nobody needs to act for it.")
"""In place of `turn_of`: a recorder can be told nothing."""


def turn_of(entry: Entry, cls: VerdictClass | None) -> tuple[str, str]:
    """Who has to act on a failure of that code, and what they do.

    `cls` is what the failure was judged to be, None if it was not: it beats the code where
    the two contradict each other.
    """
    if cls and not fits(cls, entry.owner):
        return TURNS[cls], STEPS[cls][0]
    return OWNER_WORDS[entry.owner], entry.do


def class_of(diagnosis: Diagnosis, story: Story, cause: Story | None) -> VerdictClass | None:
    """What a failure was judged to be; a consequence is what its cause is."""
    return diagnosis.classes.get(story.id) or (diagnosis.classes.get(cause.id) if cause else None)
