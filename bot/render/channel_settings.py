"""Messages about a channel's settings."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain.channel_settings import ChannelSettings
from bot.domain.privacy.personal_names import Names
from bot.render.message import Message
from bot.render.templates import MessageTemplates

_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60))


_NAMES: Mapping[Names, str] = {
    Names.FULL: "are shown by their full names",
    Names.SHORT: "are shown by short names, such as “Marta L.”",
    Names.NONE: "are not named: “participant 1”",
}


def loosened_message(templates: MessageTemplates, user: str, settings: ChannelSettings) -> Message:
    """Return who made the channel's answers show more, and the present settings."""
    now = [f"answers {_destination_words(settings)}"]
    if settings.names:
        now.append(f"people {_NAMES[settings.names]}")
    return templates.message("loosened", "loosened", user=user, now=now)


def settings_message(
    templates: MessageTemplates,
    settings: ChannelSettings,
    workspaces: Sequence[str],
    *,
    changed: bool,
    names: Names,
    shared: bool,
) -> Message:
    """Return the channel's settings, their author, and the commands that change them.

    `names` is the form of names in use there, also if nobody set it; `shared` is true if another
    company shares the channel.
    """
    return templates.message(
        "settings",
        "settings",
        s=settings,
        title="New settings for this channel" if changed else "Settings for this channel",
        private=_destination_words(settings),
        names=_NAMES[names],
        other_names=Names.FULL if names is not Names.FULL else Names.SHORT,
        shared=shared,
        since=(
            f"cover the last {compact_duration(settings.since)} (a session id: the whole session)"
            if settings.since
            else "cover the 30 days that 100ms keeps"
        ),
        workspace=_workspace_words(settings.workspace, workspaces),
        other=workspaces[-1] if workspaces else "",
    )


def _destination_words(settings: ChannelSettings) -> str:
    if settings.private:
        return "are seen only by the person who asks"
    return "go to the channel, with the details in a thread"


def compact_duration(span: timedelta) -> str:
    """Return a duration as people type it, in the largest unit that divides it: `90m`, `24h`."""
    seconds = int(span.total_seconds())
    letter, unit = next(pair for pair in _UNITS if seconds % pair[1] == 0)
    return f"{seconds // unit}{letter}"


def _workspace_words(alias: str, workspaces: Sequence[str]) -> str:
    """Return how several workspaces are used; "" if there is no choice."""
    if alias and alias not in workspaces:
        return f"are all asked; {alias} came first, but is no longer set up"
    if len(workspaces) < 2:  # noqa: PLR2004  one is no choice
        return ""
    if not alias:
        return f"are all asked ({', '.join(workspaces)}); with several matches, you choose"
    return f"are all asked; with several matches, {alias} counts"


def brief_settings(settings: ChannelSettings, names: Names) -> str:
    """Return a channel's settings in a few words; `names` is the form of names in use there."""
    where = "answers to the asker alone" if settings.private else "answers to the channel"
    span = compact_duration(settings.since) if settings.since else "30d"
    workspace = f", {settings.workspace} first" if settings.workspace else ""
    return f"{where}, names {names.value}, since {span}{workspace}"
