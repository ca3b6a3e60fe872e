"""What every listener works with.

What the listeners use to answer: the renderer and the investigator, by what they do.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.domain.access import AccessRules, channel_in
from bot.domain.errors import BotError
from bot.domain.metrics import Metrics
from bot.domain.privacy.personal_names import Names
from bot.domain.query import Identifier, LookupQuery
from bot.domain.records.answer_log import AnswerLog
from bot.domain.records.audit import Audit
from bot.domain.records.channel_settings import ChannelSettings, ChannelSettingsStore
from bot.domain.records.erasures import ErasureLog
from bot.domain.records.post_claims import PostClaims
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Choices, Progress
from bot.investigate.ports import Clock, Tell, Watch
from bot.jobs.ports import Jobs
from bot.render.message import Answer, File, Message, Picture
from bot.slack.access.people import People
from bot.slack.access.shared_channels import SharedChannels
from bot.slack.concurrency import BackgroundTasks
from bot.slack.dedupe import RecentKeys
from bot.slack.identity import SlackIdentity
from bot.slack.modal_state import ModalState
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.format_fallback import SendResult
from bot.slack.sending.reconcile import Reconciler
from bot.slack.sending.sender import MessageSender


class LookupService(Protocol):
    """Finds out what went wrong. Raises BotError."""

    async def report(
        self, query: LookupQuery, lookup_id: str, tell: Tell, watch: Watch
    ) -> Report | Choices:
        """The facts, or the choices when several things may be meant."""

    async def reopen(self, saved_lookup: SavedLookup, tell: Tell) -> Report:
        """The same look-up again, as a button remembers it."""

    async def diagnose(self, report: Report, tell: Tell) -> Report:
        """The report with its diagnosis, as of the report."""

    async def describe(
        self, identifiers: Sequence[Identifier], workspaces: Sequence[str] | None = None
    ) -> Choices:
        """What each clue is in these workspaces (in all if None), for a person to choose."""


class MessageRenderer(Protocol):
    """Puts facts into Slack's blocks.

    Thousands of failures take half a second: what takes a report is called in a thread, so
    that nobody else's acknowledgement waits for it.
    """

    def answer(self, report: Report, *, note: str = "") -> Answer:
        """The opening (with a note), the replies in its thread, and what is beyond."""

    def private(
        self, report: Report, *, messages: int, note: str = "", start: SavedLookup | None = None
    ) -> tuple[Message, ...]:
        """The answer in at most `messages` messages without a thread."""

    def more(self, report: Report, handle: SavedLookup) -> Message:
        """The next failures after those that the handle's reader has seen."""

    def recovered(self, report: Report) -> tuple[Message, ...]:
        """The failures that went away or whose end is not known; at most three messages."""

    def timeline(self, report: Report) -> tuple[Message, ...]:
        """Who had trouble when; at most three messages."""

    def error_chart(self, report: Report) -> Message | None:
        """Errors over time against people in the room; None if it is no matter of the room."""

    def reply(self, report: Report) -> Message:
        """A calm text for the customer."""

    def packet(self, report: Report) -> tuple[Message, File]:
        """What 100ms support needs, as text and as a file."""

    def packet_json(self, report: Report) -> Message:
        """That file's content as text, cut to a message."""

    def note(self, note: str) -> Message:
        """Where to look for what was asked."""

    def placeholder(self, question: LookupQuery, reference: str) -> Message:
        """That the look-up began."""

    def progress(self, progress: Progress, reference: str) -> Message:
        """The opening as long as events are read: how far that is."""

    def waiting(self, reason: str, reference: str) -> Message:
        """What a look-up waits for."""

    def error(self, error: BotError, reference: str) -> Message:
        """What went wrong, and what to do."""

    def unconfirmed(self, text: str, value: str, reference: str) -> Message:
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


DrawTimeline = Callable[[Report], Picture | None]
"""Draws a diagnosed report's timeline; None if there is nothing to draw. Takes 0.1 s of CPU."""


def draw_nothing(report: Report) -> None:
    """A Draw without a pen."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything behind the Slack edge. `references` makes a new `CD-…` on each call."""

    renderer: MessageRenderer
    investigator: LookupService
    clock: Clock
    new_lookup_id: Callable[[], str]
    metrics: Metrics = field(default_factory=Metrics)
    answer_log: AnswerLog | None = None
    draw_timeline: DrawTimeline = draw_nothing
    erasures: ErasureLog = field(default_factory=ErasureLog)
    channel_settings: ChannelSettingsStore | None = None
    post_claims: PostClaims | None = None
    workspaces: tuple[str, ...] = ()
    """Aliases of the 100ms workspaces."""
    audit: Audit | None = None
    names: Names = Names.FULL
    """How much of people's names is shown where a channel wants nothing else."""


@dataclass(frozen=True, slots=True)
class BotContext:
    """The tools, and our hands in Slack."""

    tools: Tools
    identity: SlackIdentity
    sender: MessageSender
    tasks: BackgroundTasks
    jobs: Jobs
    reconciler: Reconciler
    people: People
    access: AccessRules = field(default_factory=AccessRules)
    recent_keys: RecentKeys = field(default_factory=RecentKeys)
    modal_state: ModalState = field(default_factory=ModalState)
    shared_channels: SharedChannels = field(default_factory=SharedChannels)

    def workspaces_at(self, conversation: str) -> tuple[str, ...] | None:
        """The 100ms workspaces that may be asked about there; None where no list limits them."""
        if not self.access.workspace_channels:
            return None
        return self.access.workspaces_for(self.tools.workspaces, channel_in(conversation))


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question on its way: what is asked, by which reference, and where the answer goes.

    `asked_at` is in Unix seconds: another process may finish what this one began.
    """

    id: str
    question: LookupQuery
    place: ReplyTarget
    refused: SendResult | None = None
    """Why the channel did not take the opening; None as long as nothing was refused there."""
    begun: bool = False
    """Its opening stands already, with a first true number."""
    asked_at: float = field(default_factory=time.time)
    weighs_audience: bool = True
    """Who may read in its channel is looked at as a step. Older releases recorded no such step."""

    @property
    def seconds(self) -> float:
        """Since it was asked."""
        return max(0.0, time.time() - self.asked_at)

    def with_target(self, target: ReplyTarget) -> "Lookup":
        """The same look-up with a better known place."""
        return replace(self, place=target)
