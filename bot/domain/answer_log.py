"""The answers posted to Slack: found again by reference, and a button's answer posted only once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.difference import AnswerFacts
from bot.domain.metrics import LookupOutcome
from bot.domain.report import Surroundings
from bot.domain.saved_lookup import SavedLookup


@dataclass(frozen=True, slots=True)
class PostedAnswer:
    """A posted answer. `handle` opens the same look-up again.

    `asked_by` and `channel` are Slack's ids. `ts` is that of the opening; "" where the answer has
    none (a response_url returns no `ts`). `thread` is the thread that the answer stands in, or that
    its opening begins; "" if it has neither.

    `sentence` is the first sentence with nobody's name in it, `verdict` the class of
    `lookup --json`, `confidence` how sure it is, from 0 to 1. `subject` says what was asked about,
    such as "Room storm", also without names. `answered_at` is set by the log.
    """

    handle: SavedLookup
    asked_by: str
    channel: str
    ts: str
    outcome: LookupOutcome
    thread: str = ""
    sentence: str = ""
    verdict: str = ""
    confidence: float = 0.0
    subject: str = ""
    answered_at: datetime | None = field(default=None, compare=False)


class AnswerLog(Protocol):
    """The answers of the last 30 days. Raises StoreUnreachable."""

    async def remember(self, answer: PostedAnswer) -> None:
        """Store the answer; if it exists already, only its place is updated."""

    async def find(self, lookup_id: str) -> PostedAnswer | None:
        """Return the answer with that reference (`CD-…`), ignoring case; None if there is none."""

    async def last_in_thread(self, channel: str, thread: str, user: str) -> PostedAnswer | None:
        """Return the last answer in a thread that this person may see; None if there is none.

        An answer that only another person has seen does not count.
        """

    async def last_in_dm(self, channel: str) -> PostedAnswer | None:
        """Return the last answer in a person's direct messages; None if there is none."""

    async def last_of(self, user: str, most: int) -> Sequence[PostedAnswer]:
        """Return the last answers to this person's questions, the latest first."""

    async def channels_of(self, user: str, most: int) -> Sequence[str]:
        """Return the channels in which this person asked, the latest first."""


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """An answer about the same target that stands in the same channel: its permalink and moment."""

    link: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class OpeningState:
    """The state of an opening, from which every later edit of it is made.

    `handle` opens the look-up of the content that stands, and `facts` is what that says; None if it
    is not known. `ts` is "" for an answer that one person sees, `thread` is where messages about it
    belong. `asker` is the name that the opening shows after "asked by". `taken_by` is the name and
    `taken_user` the Slack id of the person who is on it. `note` is the line on further tries.
    `edits` are marks of the latest changes, so that no job makes one twice. `surroundings` are what
    was read around the failures of the content. `earlier` is the answer that stood in the channel
    when this one was posted.
    """

    handle: SavedLookup
    channel: str
    ts: str
    thread: str
    facts: AnswerFacts | None = None
    asked_by: str = ""
    asker: str = ""
    revision: int = 1
    taken_by: str = ""
    taken_user: str = ""
    note: str = ""
    edits: tuple[str, ...] = ()
    surroundings: Surroundings | None = None
    earlier: EarlierAnswer | None = None


class OpeningStates(Protocol):
    """The states of the openings of the last 30 days, by reference. Raises StoreUnreachable."""

    async def add(self, state: OpeningState) -> None:
        """Store the state of a new opening; one that is stored already is not changed."""

    async def find(self, lookup_id: str) -> OpeningState | None:
        """Return the state of the opening with that reference; None if there is none."""

    async def replace(self, state: OpeningState) -> bool:
        """Store the state if it is the next revision of the stored one; return whether it is."""

    async def find_standing(
        self, handle: SavedLookup, channel: str, since: datetime
    ) -> OpeningState | None:
        """Return the latest public opening about the same target in that channel, read since then.

        The opening of `handle` itself does not count.
        """


class Claim(StrEnum):
    """The result of claiming a public post."""

    ACQUIRED = "ours"  # this press is the first, or goes on after a crash
    HELD = "under_way"  # another press is being answered
    DONE = "shown"  # the post exists


class PostClaims(Protocol):
    """Claims by a digest of button and message. Raises StoreUnreachable."""

    async def claim(self, what: str, by: str) -> Claim:
        """Claim the post for the job `by`. Repeating the claim has no effect."""

    async def keep(self, what: str, by: str) -> None:
        """Record that the post exists."""

    async def release(self, what: str, by: str) -> None:
        """Give the claim back because the post failed; the next press may try."""
