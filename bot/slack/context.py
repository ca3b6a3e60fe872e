"""The context that every listener receives, and the interfaces that it is built from.

`BotContext` holds the tools and everything that talks to Slack. The protocols `LookupService` and
`MessageRenderer` describe the investigator and the renderer by what the listeners call.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.domain.access import AccessRules, channel_in
from bot.domain.answer_log import AnswerLog, PostClaims
from bot.domain.audit import Audit
from bot.domain.channel_settings import ChannelSettings, ChannelSettingsStore
from bot.domain.errors import BotError
from bot.domain.metrics import Metrics
from bot.domain.privacy.erasures import ErasureLog
from bot.domain.privacy.personal_names import Names
from bot.domain.query import Identifier, LookupQuery
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Choices, Progress
from bot.investigate.ports import Clock, Tell, Watch
from bot.jobs.ports import Jobs
from bot.render.message import Answer, File, Message, Picture
from bot.slack.access.people import People
from bot.slack.access.shared_channels import SharedChannels
from bot.slack.checkpoints.sender import CheckpointedSender
from bot.slack.concurrency import BackgroundTasks
from bot.slack.dedupe import RecentKeys
from bot.slack.identity import SlackIdentity
from bot.slack.modal_state import ModalState
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.format_fallback import SendResult
from bot.slack.sending.reconcile import Reconciler
from bot.slack.sending.sender import SlackSender


class LookupService(Protocol):
    """Investigates a question about a 100ms call. Every method may raise BotError."""

    async def report(
        self, query: LookupQuery, lookup_id: str, tell: Tell, watch: Watch
    ) -> Report | Choices:
        """Return the facts, or the choices if the question matches several things."""

    async def reopen(self, saved_lookup: SavedLookup, tell: Tell) -> Report:
        """Repeat the look-up that a button's value describes, and return its report."""

    async def diagnose(self, report: Report, tell: Tell) -> Report:
        """Return the report with its diagnosis, made as of the report's time."""

    async def describe(
        self, identifiers: Sequence[Identifier], workspaces: Sequence[str] | None = None
    ) -> Choices:
        """Return what each identifier is, for a person to choose from.

        `workspaces` limits the search to these 100ms workspaces; None searches all of them.
        """


class MessageRenderer(Protocol):
    """Renders facts as Slack blocks.

    Rendering thousands of failures takes half a second. Methods that take a report are therefore
    called in a thread, so that other people's acknowledgements do not wait.
    """

    def answer(self, report: Report, *, note: str = "") -> Answer:
        """Return the opening (with a note), the replies in its thread, and the overflow."""

    def private(
        self, report: Report, *, messages: int, note: str = "", start: SavedLookup | None = None
    ) -> tuple[Message, ...]:
        """Return the answer in at most `messages` messages, without a thread."""

    def more(self, report: Report, saved_lookup: SavedLookup) -> Message:
        """Return the failures that follow the ones the reader of this answer has seen."""

    def recovered(self, report: Report) -> tuple[Message, ...]:
        """Return the failures that recovered or whose end is unknown, in at most three messages."""

    def timeline(self, report: Report) -> tuple[Message, ...]:
        """Return the timeline, which shows who had trouble when, in at most three messages."""

    def error_chart(self, report: Report) -> Message | None:
        """Return a chart of errors over time against people in the room.

        Return None if the errors do not concern the room.
        """

    def reply(self, report: Report) -> Message:
        """Return a calm text for the customer."""

    def packet(self, report: Report) -> tuple[Message, File]:
        """Return the facts that 100ms support needs, as text and as a file."""

    def packet_json(self, report: Report) -> Message:
        """Return the content of the packet's file as text, cut to fit one message."""

    def note(self, note: str) -> Message:
        """Return a note that says where to find what the person asked for."""

    def placeholder(self, question: LookupQuery, reference: str) -> Message:
        """Return the message that says that the look-up began."""

    def progress(self, progress: Progress, reference: str) -> Message:
        """Return the opening to show while events are read; it shows the progress."""

    def waiting(self, reason: str, reference: str) -> Message:
        """Return the message that names what a look-up waits for."""

    def error(self, error: BotError, reference: str) -> Message:
        """Return the message that says what went wrong and what to do."""

    def unconfirmed(self, text: str, value: str, reference: str) -> Message:
        """Return a warning about parts that may be missing, with a button that asks again."""

    def settings(
        self,
        settings: ChannelSettings,
        workspaces: Sequence[str],
        *,
        changed: bool,
        names: Names,
        shared: bool,
    ) -> Message:
        """Return a channel's settings for its answers, and how to change them."""

    def loosened(self, user: str, settings: ChannelSettings) -> Message:
        """Return the notice that names the user who made a channel's answers show more.

        This means more content, or more readers.
        """

    def help_(self) -> Message:
        """Return the help, which explains how to ask."""

    def choices(self, choices: Choices, reference: str, *, private: bool) -> Message:
        """Return the message with one button for each thing that the question may mean."""

    def modal(
        self,
        choices: Choices | None,
        *,
        private_metadata: str,
        note: str = "",
        conversation: bool,
    ) -> dict[str, Any]:
        """Return the modal in which a person asks, or chooses."""

    def home(self) -> dict[str, Any]:
        """Return the Home tab."""


DrawTimeline = Callable[[Report], Picture | None]
"""Draws the timeline of a diagnosed report. Returns None if there is nothing to draw. Takes 0.1 s
of CPU time."""


def draw_nothing(report: Report) -> None:
    """Return None: a picture renderer that draws nothing."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The services behind the Slack listeners. Each `new_lookup_id` call returns a new `CD-…`."""

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
    """The part of people's names that an answer shows if the channel has no setting for it."""


@dataclass(frozen=True, slots=True)
class BotContext:
    """Everything a listener needs: the tools, and the parts that talk to Slack."""

    tools: Tools
    identity: SlackIdentity
    sender: SlackSender | CheckpointedSender
    tasks: BackgroundTasks
    jobs: Jobs
    reconciler: Reconciler
    people: People
    access: AccessRules = field(default_factory=AccessRules)
    recent_keys: RecentKeys = field(default_factory=RecentKeys)
    modal_state: ModalState = field(default_factory=ModalState)
    shared_channels: SharedChannels = field(default_factory=SharedChannels)

    def workspaces_at(self, conversation: str) -> tuple[str, ...] | None:
        """Return the 100ms workspaces that people may ask about in this conversation.

        Return None if no list limits them.
        """
        if not self.access.workspace_channels:
            return None
        return self.access.workspaces_for(self.tools.workspaces, channel_in(conversation))


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question under way: its content, its reference, and the place of its answer.

    `asked_at` is in Unix seconds, because another process may finish a look-up that this one began.
    """

    id: str
    question: LookupQuery
    place: ReplyTarget
    refused: SendResult | None = None
    """Slack's refusal of the opening in the channel; None as long as nothing was refused there."""
    begun: bool = False
    """Whether the opening is already posted, with a first true number."""
    asked_at: float = field(default_factory=time.time)
    weighs_audience: bool = True
    """Whether a step checks who can read the channel. Older releases recorded no such step."""

    @property
    def seconds(self) -> float:
        """Return the seconds since the question was asked."""
        return max(0.0, time.time() - self.asked_at)

    def with_target(self, target: ReplyTarget) -> "Lookup":
        """Return the same look-up with a more exact target."""
        return replace(self, place=target)
