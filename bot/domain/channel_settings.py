"""A channel's defaults for answers, used where a question does not say otherwise."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.domain.privacy.personal_names import OPENNESS, Names
from bot.domain.query import LookupQuery

NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """A channel's own defaults. `set_by` is the Slack id of a user, "" once it is erased.

    `workspace` is the alias of the 100ms workspace that is preferred where several know a thing, ""
    for none. `since` is how far back a question reaches, zero for everything that 100ms keeps.
    """

    private: bool = False
    workspace: str = ""
    since: timedelta = NO_TIME
    set_by: str = ""
    set_at: datetime | None = None
    names: Names | None = None
    """The extent to which people's names are shown; None for the global setting (`SHOW_NAMES`)."""


@dataclass(frozen=True, slots=True)
class SettingsPatch:
    """A change of settings; a field that is None is left as it is."""

    private: bool | None = None
    workspace: str | None = None
    since: timedelta | None = None
    names: Names | Literal[""] | None = None
    """"" for the global setting."""


RESET = SettingsPatch(private=False, workspace="", since=NO_TIME, names="")


class ChannelSettingsStore(Protocol):
    """The settings of every channel. Raises StoreUnreachable."""

    async def of(self, channel: str) -> ChannelSettings:
        """Return that channel's settings; the defaults if none are set."""

    async def change(self, channel: str, patch: SettingsPatch, by: str) -> ChannelSettings:
        """Change the channel's settings for everybody who asks there; return the new settings."""


def apply_patch(settings: ChannelSettings, patch: SettingsPatch) -> ChannelSettings:
    """Return the settings with the patch's `private` and `names`.

    The other fields stay as they are.
    """
    private = settings.private if patch.private is None else patch.private
    names = settings.names if patch.names is None else patch.names or None
    return replace(settings, private=private, names=names)


def is_more_open(before: ChannelSettings, after: ChannelSettings, everywhere: Names) -> bool:
    """Return whether the answers in a channel show more, or to more people, than before."""
    shows_more = OPENNESS[after.names or everywhere] > OPENNESS[before.names or everywhere]
    return shows_more or (before.private and not after.private)


def apply_settings(query: LookupQuery, settings: ChannelSettings, now: datetime) -> LookupQuery:
    """Return the question with its channel's defaults where it says nothing itself.

    `private` takes precedence over `public` if both are given.
    """
    return replace(
        query,
        private=query.private or (settings.private and not query.public),
        names=settings.names,
        workspace=settings.workspace,
        usual_since=now - settings.since if settings.since else None,
    )
