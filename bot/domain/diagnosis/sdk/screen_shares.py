"""R12: screen shares that the person refused, or for which the page showed no picker."""

import re

from bot.domain.diagnosis.model import Story
from bot.domain.diagnosis.sdk.text import media_of, text_of
from bot.domain.events import ErrorEvent, ErrorFacts, cached_by_error_facts

CANCELLED_SHARE = 3001

# The texts of getDisplayMedia in Safari, Firefox and Chromium, and of an iframe without `allow`.
_NO_PICKER = re.compile(
    r"must be called from a user gesture|requires transient activation|no transient activation",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"display-capture.{0,80}\b(?:disallowed|denied|not allowed)\b|"
    r"\b(?:permissions|feature) policy\b.{0,80}display-capture",
    re.IGNORECASE | re.DOTALL,
)
_BAD_STATE = re.compile(r"\binvalid state\b|\binvalidstateerror\b", re.IGNORECASE)
_REFUSED = re.compile(
    r"permission denied|permission dismissed|\bby (?:the )?user\b(?! agent)|user denied"
    r"|\bcancell?ed\b",
    re.IGNORECASE,
)
# Safari and Firefox use this text for every refusal, whatever its reason.
_POSSIBLY = re.compile(r"possibly because the user denied permission", re.IGNORECASE)
_BY_SYSTEM = re.compile(r"\bby (?:the )?(?:operating )?system\b", re.IGNORECASE)


def is_screen_share_failure(event: ErrorEvent) -> bool:
    """Return whether a screen share failed."""
    return "screen" in media_of(event) or is_without_picker(event)


def is_without_picker(event: ErrorEvent) -> bool:
    """Return whether the page requested the share in a way for which no browser shows a picker."""
    if _is_wrong_request(event.failure):
        return True
    return "screen" in media_of(event) and bool(_BAD_STATE.search(text_of(event.failure)))


@cached_by_error_facts
def _is_wrong_request(facts: ErrorFacts) -> bool:
    text = text_of(facts)
    return bool(_NO_PICKER.search(text) or _POLICY.search(text))


def is_refused_share(event: ErrorEvent) -> bool:
    """Return whether the person closed the picker: 3001 with `screen` and no other reason."""
    if event.error_code != CANCELLED_SHARE or not is_screen_share_failure(event):
        return False
    return not is_without_picker(event) and not _BY_SYSTEM.search(text_of(event.failure))


def is_cancelled_share(story: Story) -> bool:
    """Return whether the story consists of closed pickers only."""
    return all(map(is_refused_share, story.rows))


def is_unasked_share(story: Story) -> bool:
    """Return whether no picker was ever shown, because of a fault of the page."""
    return any(map(is_without_picker, story.rows))


@cached_by_error_facts
def is_refusal(facts: ErrorFacts) -> bool:
    """Return whether the browser's own words say that the person refused.

    The description holds them; the message is always "User denied permission".
    """
    words = facts.error_description or facts.error_message or ""
    return bool(_REFUSED.search(_POSSIBLY.sub("", words)))
