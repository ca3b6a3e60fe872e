"""What a channel wants of the answers in it, wherever a question does not say otherwise."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.domain.privacy.personal_names import OPENNESS, Names
from bot.domain.query import LookupQuery

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
    names: Names | None = None
    """How much of people's names is shown; None as everywhere (`SHOW_NAMES`)."""


@dataclass(frozen=True, slots=True)
class SettingsPatch:
    """What somebody wants otherwise; None stays as it is."""

    private: bool | None = None
    workspace: str | None = None
    since: timedelta | None = None
    names: Names | Literal[""] | None = None
    """"" for what holds everywhere."""


RESET = SettingsPatch(private=False, workspace="", since=NO_TIME, names="")


class ChannelSettingsStore(Protocol):
    """The settings of every channel. Raises StoreUnreachable."""

    async def of(self, channel: str) -> ChannelSettings:
        """That channel's; the defaults where nobody set any."""

    async def change(self, channel: str, patch: SettingsPatch, by: str) -> ChannelSettings:
        """Change them for all who ask there; returns them as they are then."""


def apply_patch(settings: ChannelSettings, patch: SettingsPatch) -> ChannelSettings:
    """What a channel will show after a change, and to whom; the rest stays as it is here."""
    private = settings.private if patch.private is None else patch.private
    names = settings.names if patch.names is None else patch.names or None
    return replace(settings, private=private, names=names)


def is_more_open(before: ChannelSettings, after: ChannelSettings, everywhere: Names) -> bool:
    """Whether the answers in a channel show more, or to more people, than before."""
    shows_more = OPENNESS[after.names or everywhere] > OPENNESS[before.names or everywhere]
    return shows_more or (before.private and not after.private)


def apply_settings(query: LookupQuery, settings: ChannelSettings, now: datetime) -> LookupQuery:
    """The question with what its channel wants where it says nothing itself.

    `private` beats `public` where somebody writes both.
    """
    return replace(
        query,
        private=query.private or (settings.private and not query.public),
        names=settings.names,
        workspace=settings.workspace,
        usual_since=now - settings.since if settings.since else None,
    )
