"""What a channel wants of the answers in it, wherever a question does not say otherwise."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.question import Question

NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """A channel's own defaults. `set_by` is Slack's id of a user, "" once that is forgotten.

    `workspace` is the alias of the 100ms workspace that is meant where several know a thing, ""
    for none; `since` is how far back a question reaches, zero for all that 100ms keeps.
    """

    private: bool = False
    workspace: str = ""
    since: timedelta = NO_TIME
    set_by: str = ""
    set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants otherwise; None stays as it is."""

    private: bool | None = None
    workspace: str | None = None
    since: timedelta | None = None


RESET = Change(private=False, workspace="", since=NO_TIME)


class Channels(Protocol):
    """The settings of every channel. Raises StoreUnreachable."""

    async def of(self, channel: str) -> ChannelSettings:
        """That channel's; the defaults where nobody set any."""

    async def change(self, channel: str, change: Change, by: str) -> ChannelSettings:
        """Change them for all who ask there; returns them as they are then."""


def as_usual(question: Question, settings: ChannelSettings, now: datetime) -> Question:
    """The question with what its channel wants where it says nothing itself.

    `private` beats `public` where somebody writes both.
    """
    return replace(
        question,
        private=question.private or (settings.private and not question.public),
        workspace=settings.workspace,
        usual_since=now - settings.since if settings.since else None,
    )
