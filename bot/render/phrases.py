"""Phrases that several messages share, and the words for who has to act and how."""

import re
from collections.abc import Mapping

from bot.domain.catalogue import OWNER_WORDS, Entry
from bot.domain.diagnosis import Diagnosis, Story, VerdictClass
from bot.domain.diagnosis.wording import EVENTS, VERDICTS, advice_fits
from bot.domain.events import ErrorEvent
from bot.domain.privacy.addresses import redact
from bot.domain.report import Report, Window
from bot.domain.text import clean

TYPE_NAMES: Mapping[str, str] = {kind: words.name for kind, words in EVENTS.items()}

# 100ms' HIPAA workspaces send SHA-256 in place of names.
# https://www.100ms.live/docs/get-started/v2/get-started/security-and-privacy/HIPAA%20compliance/HIPAA-workspace
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_HASH_DIGITS = 8
_CODE_AT_END = re.compile(r" \(\d+x?\)$")


def safe_text(text: str | None) -> str:
    """Return outside text without control characters and addresses; "" for None."""
    return clean(redact(text)) if text else ""


def display_name(text: str | None) -> str:
    """Return a person's or room's name; a hashed name is cut to its first eight digits."""
    name = safe_text(text)
    return f"{name[:_HASH_DIGITS]}… (hashed)" if _HASH.fullmatch(name) else name


def person_key(event: ErrorEvent) -> str:
    """Return a key for the person: the user id, else the peer id; case ignored."""
    return (event.user_id or event.peer_id or "").casefold()


def failure_phrase(kind: str, feature: str | None = None) -> str:
    """Return a phrase such as `could not join` or `could not use the screen share`.

    Unknown event types get a phrase too.
    """
    if feature:
        return f"could not use {feature}"
    return EVENTS[kind].experience if kind in EVENTS else f"reported {kind}"


def format_code(event: ErrorEvent) -> str:
    """Return `500 ServerErrors`; a missing part is left out, `no code` if both are missing."""
    parts = (str(event.error_code or ""), safe_text(event.error_name))
    return " ".join(filter(None, parts)) or "no code"


def coded_title(title: str, code: int | None) -> str:
    """Return an entry's title with the event's code in brackets, once."""
    return f"{_CODE_AT_END.sub('', title)} ({code})" if code else title


RECORDER_ACTION = (OWNER_WORDS["nobody"], "No action needed: this is a recorder.")
"""Used instead of `next_actor` for a recorder, which cannot act."""


def next_actor(entry: Entry, cls: VerdictClass | None) -> tuple[str, str]:
    """Return who has to act on a failure of that code, and the action.

    `cls` is the failure's verdict class, None without one. Where class and code contradict each
    other, the class decides.
    """
    if cls and not advice_fits(cls, entry.owner):
        return VERDICTS[cls].owner, VERDICTS[cls].steps[0]
    return OWNER_WORDS[entry.owner], entry.advice


def next_steps(entry: Entry, cls: VerdictClass | None, *, bot: bool) -> tuple[str, ...]:
    """Return the next steps for a failure of that code, each begun with who takes it.

    Where class and code contradict each other, the class decides. A recorder needs no action.
    """
    if bot:
        return ("No action needed: this is a recorder.",)
    if cls and not advice_fits(cls, entry.owner):
        return VERDICTS[cls].steps
    return entry.do or ("No action needed.",)


def story_class(diagnosis: Diagnosis, story: Story, cause: Story | None) -> VerdictClass | None:
    """Return the verdict class of a story; a consequence has the class of its cause."""
    return diagnosis.classes.get(story.id) or (diagnosis.classes.get(cause.id) if cause else None)


def narrowing_words(report: Report) -> str:
    """Return the reason why some events that were read do not count here; "" if all count."""
    if not report.beyond:
        return ""
    if report.window != Window():
        return "the time asked for"
    return "this session" if report.target.session else ""
