"""What the listeners use to answer: the renderer and the investigator, by what they do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.domain.answered import Answers
from bot.domain.audit import Audit
from bot.domain.channel import Channels, ChannelSettings
from bot.domain.errors import BotError
from bot.domain.forgotten import Forgotten
from bot.domain.handle import Handle
from bot.domain.meters import Meters
from bot.domain.names import Names
from bot.domain.progress import Progress
from bot.domain.question import Clue, Question
from bot.domain.report import Report
from bot.domain.shown import Shown
from bot.domain.target import Choices
from bot.investigate.ports import Clock, Tell, Watch
from bot.render.message import Answer, File, Message, Picture


class Investigates(Protocol):
    """Finds out what went wrong. Raises BotError."""

    async def report(
        self, question: Question, lookup_id: str, tell: Tell, watch: Watch
    ) -> Report | Choices:
        """The facts, or the choices when several things may be meant."""

    async def reopen(self, handle: Handle, tell: Tell) -> Report:
        """The same look-up again, as a button remembers it."""

    async def diagnosed(self, report: Report, tell: Tell) -> Report:
        """The report with its diagnosis, as of the report."""

    async def describe(
        self, clues: Sequence[Clue], workspaces: Sequence[str] | None = None
    ) -> Choices:
        """What each clue is in these workspaces (in all if None), for a person to choose."""


class Renders(Protocol):
    """Puts facts into Slack's blocks.

    Thousands of failures take half a second: what takes a report is called in a thread, so
    that nobody else's acknowledgement waits for it.
    """

    def answer(self, report: Report, *, note: str = "") -> Answer:
        """The opening (with a note), the replies in its thread, and what is beyond."""

    def private(
        self, report: Report, *, messages: int, note: str = "", start: Handle | None = None
    ) -> tuple[Message, ...]:
        """The answer in at most `messages` messages without a thread."""

    def more(self, report: Report, handle: Handle) -> Message:
        """The next failures after those that the handle's reader has seen."""

    def recovered(self, report: Report) -> tuple[Message, ...]:
        """The failures that went away or whose end is not known; at most three messages."""

    def timeline(self, report: Report) -> tuple[Message, ...]:
        """Who had trouble when; at most three messages."""

    def spread(self, report: Report) -> Message | None:
        """Errors over time against people in the room; None if it is no matter of the room."""

    def reply(self, report: Report) -> Message:
        """A calm text for the customer."""

    def packet(self, report: Report) -> tuple[Message, File]:
        """What 100ms support needs, as text and as a file."""

    def packet_json(self, report: Report) -> Message:
        """That file's content as text, cut to a message."""

    def elsewhere(self, note: str) -> Message:
        """Where to look for what was asked."""

    def looking(self, question: Question, reference: str) -> Message:
        """That the look-up began."""

    def progress(self, progress: Progress, reference: str) -> Message:
        """The opening as long as events are read: how far that is."""

    def waiting(self, reason: str, reference: str) -> Message:
        """What a look-up waits for."""

    def error(self, error: BotError, reference: str) -> Message:
        """What went wrong, and what to do."""

    def missing(self, told: str, value: str, reference: str) -> Message:
        """Which parts may be missing, with a button that asks again."""

    def settings(
        self,
        settings: ChannelSettings,
        workspaces: Sequence[str],
        *,
        changed: bool,
        names: Names,
        shared: bool,
    ) -> Message:
        """What a channel wants of its answers, and how to change it."""

    def loosened(self, user: str, settings: ChannelSettings) -> Message:
        """Who made a channel's answers show more, or to more people."""

    def help_(self) -> Message:
        """How to ask."""

    def choices(self, choices: Choices, reference: str, *, private: bool) -> Message:
        """A button for each thing that may be meant."""

    def modal(
        self,
        choices: Choices | None,
        *,
        private_metadata: str,
        note: str = "",
        conversation: bool,
    ) -> dict[str, Any]:
        """The form that asks, or that lets a person choose."""

    def home(self) -> dict[str, Any]:
        """The Home tab."""


Draw = Callable[[Report], Picture | None]
"""Draws a diagnosed report's timeline; None if there is nothing to draw. Takes 0.1 s of CPU."""


def undrawn(report: Report) -> None:
    """A Draw without a pen."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything behind the Slack edge. `references` makes a new `CD-…` on each call."""

    renderer: Renders
    investigator: Investigates
    clock: Clock
    references: Callable[[], str]
    meters: Meters = field(default_factory=Meters)
    answers: Answers | None = None
    draw: Draw = undrawn
    forgotten: Forgotten = field(default_factory=Forgotten)
    channels: Channels | None = None
    shown: Shown | None = None
    workspaces: tuple[str, ...] = ()
    """Aliases of the 100ms workspaces."""
    audit: Audit | None = None
    names: Names = Names.FULL
    """How much of people's names is shown where a channel wants nothing else."""
