"""Screen shares: refused by the person, or never offered by the page (R12)."""

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
# Safari and Firefox say this of every refusal, whatever its reason.
_POSSIBLY = re.compile(r"possibly because the user denied permission", re.IGNORECASE)
_BY_SYSTEM = re.compile(r"\bby (?:the )?(?:operating )?system\b", re.IGNORECASE)


def is_screen_share_failure(event: ErrorEvent) -> bool:
    """True if a screen share failed."""
    return "screen" in media_of(event) or is_without_picker(event)


def is_without_picker(event: ErrorEvent) -> bool:
    """True if the page asked for the share in a way that no browser answers with a picker."""
    if _is_wrong_request(event.failure):
        return True
    return "screen" in media_of(event) and bool(_BAD_STATE.search(text_of(event.failure)))


@cached_by_error_facts
def _is_wrong_request(facts: ErrorFacts) -> bool:
    text = text_of(facts)
    return bool(_NO_PICKER.search(text) or _POLICY.search(text))


def is_refused_share(event: ErrorEvent) -> bool:
    """True for a picker that the person closed: 3001 with `screen`, and no other reason told."""
    if event.error_code != CANCELLED_SHARE or not is_screen_share_failure(event):
        return False
    return not is_without_picker(event) and not _BY_SYSTEM.search(text_of(event.failure))


def is_cancelled_share(story: Story) -> bool:
    """True if all that happened is a closed picker."""
    return all(map(is_refused_share, story.rows))


def is_unasked_share(story: Story) -> bool:
    """True if no picker was ever shown, by the page's own fault."""
    return any(map(is_without_picker, story.rows))


@cached_by_error_facts
def is_refusal(facts: ErrorFacts) -> bool:
    """True if the browser's own words say that the person refused.

    The description holds them; the message says "User denied permission" whatever happened.
    """
    words = facts.error_description or facts.error_message or ""
    return bool(_REFUSED.search(_POSSIBLY.sub("", words)))
