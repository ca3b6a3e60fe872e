"""Applies to a question what its channel asks for: its settings, and privacy for its readers.

A job finds out once who may read the channel, in a recorded step.
"""

import asyncio
import re
from dataclasses import replace

from bot.domain.channel_settings import ChannelSettings, apply_settings
from bot.domain.errors import StoreUnreachable
from bot.domain.privacy.personal_names import Names
from bot.jobs.ports import Json
from bot.slack.context import BotContext, Lookup
from bot.slack.job import Job
from bot.slack.payloads import ReplyTarget, is_direct
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult
from bot.slack.shared_channels import SHARED, restrict_for_outsiders

READ_SECONDS = 1.2
"""Seconds after which a question is refused. Slack waits only three seconds for the
acknowledgement, and the question must still be recorded in that time."""

_CHANNEL_ID = re.compile(r"[A-Z0-9]{1,40}")


def settings_channel(target: ReplyTarget) -> str:
    """Return the channel whose settings apply at this target; "" if there is none."""
    return target.channel if _CHANNEL_ID.fullmatch(target.channel) else ""


async def apply_channel_defaults(ctx: BotContext, lookup: Lookup) -> Lookup:
    """Return the look-up with the channel's current settings applied. Raises StoreUnreachable.

    A look-up does not begin without the settings, because an answer that should be private would be
    public. If the channel is known to include people of another company, the answer is private
    unless the asker typed `public`.
    """
    settings = await read_channel_settings(ctx, lookup.target)
    if is_direct(lookup.target.channel) and lookup.target.url is None:
        settings = replace(settings, private=False)  # typed to the bot: nobody else reads there
    query = apply_settings(lookup.query, settings, ctx.clock())
    query = replace(query, names=query.names or ctx.names)
    lookup = replace(lookup, query=query)
    return (
        _restrict_lookup(lookup, SHARED)
        if ctx.shared_channels.is_known_shared(lookup.target.channel)
        else lookup
    )


def _restrict_lookup(lookup: Lookup, reason: str) -> Lookup:
    """Return the look-up as `restrict_for_outsiders` does; a newly private answer says `reason`."""
    query = restrict_for_outsiders(lookup.query)
    if query.private == lookup.query.private:
        return replace(lookup, query=query)
    refused = SendResult(SlackErrorKind.PLACE, reason)
    return replace(lookup, query=query, opening_error=refused)


async def read_channel_settings(ctx: BotContext, target: ReplyTarget) -> ChannelSettings:
    """Return the channel's settings, or the defaults if it has none. Raises StoreUnreachable."""
    channel = settings_channel(target)
    if not channel or ctx.channel_settings is None:
        return ChannelSettings()
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await ctx.channel_settings.of(channel)
    except TimeoutError as error:
        raise StoreUnreachable("This channel's settings could not be read in time.") from error


STEP = "audience"


async def restrict_to_audience(job: Job) -> None:
    """Give the look-up the form in which it may be answered where it was asked.

    Slack is asked while 100ms is read, and nothing is posted in the channel before. A job that an
    older release recorded has no such step; for its channel, only what is known without asking
    counts.
    """
    ctx, lookup = job.ctx, job.lookup
    if lookup.query.private or not lookup.target.channel:
        return
    if lookup.weighs_audience:

        async def read_audience() -> Json:
            job.result.task()
            return await ctx.shared_channels.privacy_reason(lookup.target.channel)

        privacy_reason = await job.steps.step(STEP, read_audience)
        if privacy_reason:
            job.lookup = _restrict_lookup(lookup, privacy_reason)
    elif ctx.shared_channels.is_known_shared(lookup.target.channel):
        job.result.names = Names.NONE
        return
    job.result.names = job.lookup.query.names or job.result.names


async def audience_of_press(job: Job) -> tuple[str, Names]:
    """Return why a press's result is private ("" if it is not), and how it shows people's names.

    A press that an older release recorded has no such step.
    """
    ctx, target = job.ctx, job.lookup.target
    if not job.lookup.weighs_audience:
        return SHARED * ctx.shared_channels.is_known_shared(target.channel), ctx.names

    async def read_audience() -> Json:
        try:
            names = (await read_channel_settings(ctx, target)).names or ctx.names
        except StoreUnreachable:
            names = Names.NONE
        return [await ctx.shared_channels.privacy_reason(target.channel), names.value]

    privacy_reason, names = await job.steps.step(STEP, read_audience)
    return privacy_reason, Names(names)
