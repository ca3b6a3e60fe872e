"""The context that every listener and job receives, and the look-up that they work on."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cachetools import LRUCache, TTLCache
from slack_bolt.async_app import AsyncAck

from bot.domain.access import AccessRules, channel_in
from bot.domain.answer_log import AnswerLog, OpeningStates, PostClaims
from bot.domain.audit import Audit
from bot.domain.channel_settings import ChannelSettingsStore
from bot.domain.metrics import Metrics
from bot.domain.privacy.erasures import ErasureLog
from bot.domain.privacy.personal_names import Names, is_contact
from bot.domain.query import LookupQuery
from bot.domain.report import Report
from bot.domain.status_page import StatusPage
from bot.domain.votes import VoteStore
from bot.domain.watching.state import Pace
from bot.domain.watching.watch import WatchStore
from bot.investigate.live_calls import LiveCalls
from bot.investigate.ports import Clock, LookupService, OtherRoomsSampler
from bot.jobs.ports import JobsHost
from bot.render.message import Picture
from bot.render.renderer import Renderer
from bot.slack.concurrency import BackgroundTasks
from bot.slack.dedupe import RecentKeys
from bot.slack.identity import SlackIdentity
from bot.slack.payloads import ReplyTarget
from bot.slack.people import People
from bot.slack.response_url import ModalUrls
from bot.slack.sending.format_fallback import SendResult
from bot.slack.sending.reconcile import Reconciler
from bot.slack.sending.sender import SlackSender
from bot.slack.sending.web_clients import Clients
from bot.slack.shared_channels import SharedChannels
from bot.slack.slack_settings import Retries


async def _ok() -> str:
    return "ok"


SCOPES_SECONDS, SHOWN_SECONDS = 15, 600
MAX_READERS = 10_000
MAX_LINKS = 10_000


@dataclass(frozen=True, slots=True)
class Homes:
    """The Home tabs that this process has published; see `bot.slack.home`.

    `readers` maps people to digests of what their Home is about. `requested` holds the notice of
    each Home that is to be published, None while nothing more is to be. `shown` holds what the
    Homes of the last ten minutes say is missing in the set-up. `probe` returns `ok`, or why 100ms
    cannot be reached.
    """

    probe: Callable[[], Awaitable[str]] = _ok
    readers: LRUCache[str, frozenset[str]] = field(default_factory=lambda: LRUCache(MAX_READERS))
    requested: dict[str, str | None] = field(default_factory=dict)
    shown: TTLCache[str, tuple[str, ...]] = field(
        default_factory=lambda: TTLCache(MAX_READERS, SHOWN_SECONDS)
    )
    links: LRUCache[tuple[str, str], str] = field(default_factory=lambda: LRUCache(MAX_LINKS))
    scopes: TTLCache[str, frozenset[str]] = field(
        default_factory=lambda: TTLCache(1, SCOPES_SECONDS)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BotContext:
    """Everything a listener needs: investigator, renderer, Slack's side, job queue, stores.

    A store is None if there is no database. `bot.serving` builds the context.
    """

    investigator: LookupService
    renderer: Renderer
    clock: Clock
    new_lookup_id: Callable[[], str]
    """Returns a new `CD-…`."""
    draw_timeline: Callable[[Report], Picture | None]
    """Draws the timeline of a diagnosed report; None if there is nothing to draw. Takes 0.1 s of
    CPU time."""
    metrics: Metrics
    other_rooms: OtherRoomsSampler | None = None
    status_page: StatusPage | None = None
    workspaces: tuple[str, ...] = ()
    """Aliases of the 100ms workspaces."""
    names: Names = Names.FULL
    """The part of people's names that an answer shows if the channel has no setting for it."""

    clients: Clients
    identity: SlackIdentity
    sender: SlackSender
    reconciler: Reconciler
    people: People
    shared_channels: SharedChannels
    access: AccessRules = field(default_factory=AccessRules)
    retries: Retries = field(default_factory=Retries)
    recent_keys: RecentKeys = field(default_factory=RecentKeys)
    modal_urls: ModalUrls = field(default_factory=ModalUrls)
    homes: Homes = field(default_factory=Homes)

    jobs: JobsHost
    tasks: BackgroundTasks

    answer_log: AnswerLog | None = None
    opening_states: OpeningStates | None = None
    channel_settings: ChannelSettingsStore | None = None
    post_claims: PostClaims | None = None
    audit: Audit | None = None
    votes: VoteStore | None = None
    erasures: ErasureLog = field(default_factory=ErasureLog)
    watches: WatchStore | None = None
    live_calls: LiveCalls | None = None
    """The watched calls that this process reads; None if there is no database."""
    pace: Pace = field(default_factory=Pace)

    def workspaces_at(self, conversation: str) -> tuple[str, ...] | None:
        """Return the 100ms workspaces that people may ask about in this conversation.

        Return None if no list limits them.
        """
        if not self.access.workspace_channels:
            return None
        return self.access.workspaces_for(self.workspaces, channel_in(conversation))


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question under way: its content, its reference, and the place of its answer.

    `asked_at` is in Unix seconds, because another process may finish a look-up that this one began.
    """

    id: str
    query: LookupQuery
    target: ReplyTarget
    opening_error: SendResult | None = None
    """Slack's refusal of the opening in the channel; None as long as nothing was refused there."""
    opening_posted: bool = False
    """Whether the opening is already posted, with a first true number."""
    asked_at: float = field(default_factory=time.time)
    weighs_audience: bool = True
    """Whether a step checks who can read the channel. Older releases recorded no such step."""
    keeps_state: bool = True
    """Whether steps change the stored state of the opening, and render it before its thread. Older
    releases recorded no such steps."""

    @property
    def seconds(self) -> float:
        """Return the seconds since the question was asked."""
        return max(0.0, time.time() - self.asked_at)

    @property
    def hides_identifiers(self) -> bool:
        """Return whether the question names a person's contact where people's names are hidden."""
        query = self.query
        contacts = any(is_contact(identifier.value) for identifier in query.clues)
        return contacts and query.names not in (None, Names.FULL) and not query.private

    def with_target(self, target: ReplyTarget) -> "Lookup":
        """Return the same look-up with a more exact target."""
        return replace(self, target=target)


Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]
"""Handles the body of one command, shortcut, form or click, and acknowledges it."""
