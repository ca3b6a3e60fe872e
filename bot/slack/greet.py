"""The first sign of life: "Looking…", where the answer will be."""

from dataclasses import replace

from bot.slack.desk import Desk, Lookup
from bot.slack.place import Place


async def greet(desk: Desk, lookup: Lookup) -> Place:
    """Say "Looking…" unless the acknowledgement did; returns the place with what was posted.

    What only the asker sees carries no metadata: it is no part of the answer.
    """
    place = lookup.place
    if place.acked:
        return place
    message = desk.tools.renderer.looking(lookup.question, lookup.id)
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
