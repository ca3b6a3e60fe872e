"""Nobody makes a channel's answers show more unheard: it is said there who did so."""

import structlog

from bot.domain.channel import Change, ChannelSettings
from bot.domain.errors import BotError, NotAllowed
from bot.slack.desk import Desk
from bot.slack.errors import Cause
from bot.slack.explain import Explained
from bot.slack.place import Place
from bot.slack.usual import channel_of

_UNSAID = NotAllowed(
    "I could not say in the channel who changed it, so the setting is again what it was.",
    headline="The setting was not changed",
    next_step="Let me into the channel with `/invite @Call Doctor`, then change it again.",
)


async def announce_loosening(
    desk: Desk, place: Place, before: ChannelSettings, after: ChannelSettings, reference: str
) -> None:
    """Name who changed the settings. Where that cannot be said, the change is undone."""
    if await _said(desk, place, after, reference):
        return
    structlog.get_logger("call_doctor").warning("loosening_undone", lookup_id=reference)
    async with Explained(desk, place, reference):
        await _undo(desk, place, before)
        raise _UNSAID


async def _said(desk: Desk, place: Place, after: ChannelSettings, reference: str) -> bool:
    """Whether it stands in the channel, or may: what Slack did not confirm is not said twice."""
    message = desk.tools.renderer.loosened(place.user, after)
    poster = desk.poster.plain
    sent = await poster.post(place.channel, message, reference, first=True)
    if not sent.ok and sent.cause is not Cause.UNKNOWN and place.url is not None and place.url.left:
        sent = await poster.respond(place.url, message, reference, in_channel=True)
    return sent.ok or sent.cause is Cause.UNKNOWN


async def _undo(desk: Desk, place: Place, before: ChannelSettings) -> None:
    channels = desk.tools.channels
    if channels is None:
        raise BotError
    change = Change(private=before.private, names=before.names or "")
    await channels.change(channel_of(place), change, before.set_by or place.user)
