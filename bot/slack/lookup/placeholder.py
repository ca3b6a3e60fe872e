"""The first sign of life: "Looking…", where the answer will be.

An opening that says "so far …" does not stand for good when its end was told elsewhere.

Slack may refuse the edit that was to end it, or not tell in time that the opening stands at all.
Then what came of the look-up goes another way, and this is said where the opening stands.
"""

from collections.abc import Container
from dataclasses import replace

import structlog

from bot.jobs.ports import Json, Steps
from bot.slack.checkpoints.sender import CheckpointedSender
from bot.slack.checkpoints.serialization import to_json, from_json
from bot.slack.context import BotContext, Lookup
from bot.slack.delivery.unconfirmed import ended_elsewhere, stays, unconfirmed_message
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.errors import TRANSIENT, SlackErrorKind
from bot.slack.sending.format_fallback import SendResult


async def post_placeholder(desk: BotContext, lookup: Lookup) -> ReplyTarget:
    """Say "Looking…" unless the acknowledgement did; returns the place with what was posted.

    What only the asker sees carries no metadata: it is no part of the answer.
    """
    place = lookup.place
    if place.acked:
        return place
    message = desk.tools.renderer.placeholder(lookup.question, lookup.id)
    if place.url is not None:
        await desk.poster.respond(place.url, message, "")
        return place
    if lookup.question.private and place.channel:
        await desk.poster.ephemeral(place.channel, place.user, message, "", thread=place.thread)
        return place
    sent = await desk.poster.post(
        place.channel or place.user, message, lookup.id, thread=place.thread, first=True
    )
    return replace(place, channel=sent.channel, looking=sent.ts) if sent.ok else place


WAITS = (2.0, 5.0, 20.0, 120.0, 600.0)
"""Seconds before each attempt: Slack's bad moments pass, its bad hours are told in the log."""

_GONE = "message_not_found"


async def close_unfinished_opening(
    desk: BotContext, lookup: Lookup, steps: Steps, changed: Container[str]
) -> None:
    """End our opening if it stands unfinished; to be called when all else is said.

    `changed` are the time stamps of the messages that were brought to their end.
    """
    place = lookup.place
    poster = CheckpointedSender(desk.poster.plain, steps, desk.reconciler)
    unsure = lookup.refused is not None and lookup.refused.cause is SlackErrorKind.UNKNOWN
    if unsure and desk.reconciler.may_read:
        opening = SendResult(SlackErrorKind.UNKNOWN)
    elif place.looking and place.looking not in changed:
        opening = SendResult(channel=place.channel, ts=place.looking)
    else:
        return
    for pause in WAITS:
        await steps.pause(pause)
        if not opening.ts:
            opening = await _looked_for(desk, lookup, steps)
        if opening.ok and await _ended(desk, poster, lookup, opening):
            return
    structlog.get_logger("call_doctor").error("opening_unfinished")


async def _looked_for(desk: BotContext, lookup: Lookup, steps: Steps) -> SendResult:
    """Where the opening stands; without `ts` if it does not, UNKNOWN if nobody can tell."""

    async def look() -> Json:
        place = lookup.place
        found = await desk.reconciler.find(place.channel, place.thread, lookup.id, "opening")
        return to_json(SendResult, found or SendResult(SlackErrorKind.UNKNOWN))

    found: SendResult = from_json(SendResult, await steps.run("late-look", look))
    return found


async def _ended(
    desk: BotContext, poster: CheckpointedSender, lookup: Lookup, opening: SendResult
) -> bool:
    """Whether nothing is left to be done about it."""
    if not opening.ts:
        return True
    words = ended_elsewhere(lookup.id)
    message = replace(unconfirmed_message(desk, lookup, words), part="ended")
    sent = await poster.update(opening.channel, opening.ts, message, lookup.id)
    if sent.ok or sent.cause in TRANSIENT or sent.error == _GONE:
        return sent.cause not in TRANSIENT
    message = replace(unconfirmed_message(desk, lookup, stays(sent, lookup.id)), part="stays")
    thread = lookup.place.thread or opening.ts
    said = await poster.post(opening.channel, message, lookup.id, thread=thread)
    if not said.ok:
        structlog.get_logger("call_doctor").error("opening_unfinished", error=said.error)
    return True
