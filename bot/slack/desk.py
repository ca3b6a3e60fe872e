"""What every listener works with."""

import time
from dataclasses import dataclass, field, replace

from bot.domain.access import AccessRules, channel_in
from bot.domain.question import Question
from bot.jobs.ports import Jobs
from bot.slack.crew import Crew
from bot.slack.durable.reconcile import Reconciler
from bot.slack.forms import Sent
from bot.slack.identity import SlackIdentity
from bot.slack.modals import Modals
from bot.slack.people import People
from bot.slack.place import Place
from bot.slack.posts import Posts
from bot.slack.seen import Seen
from bot.slack.sharing import SharedChannels
from bot.slack.tools import Tools


@dataclass(frozen=True, slots=True)
class Desk:
    """The tools, and our hands in Slack."""

    tools: Tools
    identity: SlackIdentity
    poster: Posts
    crew: Crew
    jobs: Jobs
    reconciler: Reconciler
    people: People
    access: AccessRules = field(default_factory=AccessRules)
    seen: Seen = field(default_factory=Seen)
    modals: Modals = field(default_factory=Modals)
    sharing: SharedChannels = field(default_factory=SharedChannels)

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
    question: Question
    place: Place
    refused: Sent | None = None
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

    def at(self, place: Place) -> "Lookup":
        """The same look-up with a better known place."""
        return replace(self, place=place)
