"""Finds out who may read a channel, once for each job, and records the result."""

from bot.domain.errors import StoreUnreachable
from bot.domain.privacy.personal_names import Names
from bot.jobs.ports import Json, Steps
from bot.slack.checkpoints.result import LookupResult
from bot.slack.context import BotContext, Lookup
from bot.slack.lookup.channel_defaults import read_channel_settings, restrict_for_outsiders
from bot.slack.payloads import ReplyTarget

STEP = "audience"


async def restrict_to_audience(
    ctx: BotContext, lookup: Lookup, steps: Steps, result: LookupResult
) -> Lookup:
    """Return the look-up in the form in which it may be answered where it was asked.

    Slack is asked while 100ms is read, and nothing is posted in the channel before. A job that an
    older release recorded has no such step; for its channel, only what is known without asking
    counts.
    """
    query, target = lookup.question, lookup.place
    if query.private or not target.channel:
        return lookup
    if lookup.weighs_audience:

        async def read_audience() -> Json:
            result.task()
            return await ctx.shared_channels.privacy_reason(target.channel)

        privacy_reason = await steps.run(STEP, read_audience)
        lookup = restrict_for_outsiders(lookup, privacy_reason) if privacy_reason else lookup
    elif ctx.shared_channels.is_known_shared(target.channel):
        result.names = Names.NONE
        return lookup
    result.names = lookup.question.names or result.names
    return lookup


async def audience_of_press(
    ctx: BotContext, target: ReplyTarget, steps: Steps
) -> tuple[str, Names]:
    """Return why a press's result is private ("" if it is not), and how it shows people's names."""

    async def read_audience() -> Json:
        try:
            names = (await read_channel_settings(ctx, target)).names or ctx.tools.names
        except StoreUnreachable:
            names = Names.NONE
        return [await ctx.shared_channels.privacy_reason(target.channel), names.value]

    privacy_reason, names = await steps.run(STEP, read_audience)
    return privacy_reason, Names(names)
