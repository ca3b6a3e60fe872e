"""Who may read what is said in a channel, found out once for each job and recorded."""

from bot.domain.errors import StoreUnreachable
from bot.domain.privacy.personal_names import Names
from bot.jobs.ports import Json, Steps
from bot.slack.checkpoints.result import LookupResult
from bot.slack.context import BotContext, Lookup
from bot.slack.lookup.channel_defaults import for_strangers, settings_of
from bot.slack.payloads import ReplyTarget

STEP = "audience"


async def for_its_readers(
    desk: BotContext, lookup: Lookup, steps: Steps, finding: LookupResult
) -> Lookup:
    """The look-up as it may be answered where it was asked.

    Slack is asked while 100ms is read; nothing is said in the channel before. A job that an older
    release recorded has no such step: of its channel counts what is known without asking.
    """
    question, place = lookup.question, lookup.place
    if question.private or not place.channel:
        return lookup
    if lookup.weighs_audience:

        async def look() -> Json:
            finding.task()
            return await desk.sharing.of(place.channel)

        why = await steps.run(STEP, look)
        lookup = for_strangers(lookup, why) if why else lookup
    elif desk.sharing.known(place.channel):
        finding.names = Names.NONE
        return lookup
    finding.names = lookup.question.names or finding.names
    return lookup


async def of_press(desk: BotContext, place: ReplyTarget, steps: Steps) -> tuple[str, Names]:
    """Why what a button brings there is for the presser alone, and how people are named in it."""

    async def look() -> Json:
        try:
            names = (await settings_of(desk, place)).names or desk.tools.names
        except StoreUnreachable:
            names = Names.NONE
        return [await desk.sharing.of(place.channel), names.value]

    why, names = await steps.run(STEP, look)
    return why, Names(names)
