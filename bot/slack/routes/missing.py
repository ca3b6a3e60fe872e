"""Parts that Slack did not confirm are named, not repeated."""

import json

import structlog

from bot.domain.handle import LIMIT
from bot.domain.question import Question
from bot.render.message import Message
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.kept import keep
from bot.slack.forms import Sent
from bot.slack.notice import announce
from bot.slack.usual import hides_clues
from bot.slack.words import missing


async def tell_missing(
    desk: Desk, lookup: Lookup, parts: list[str], *, channel: str = "", thread: str = ""
) -> None:
    """Name in the thread what may be missing there; else to the asker, by another way."""
    log = structlog.get_logger("call_doctor")
    log.warning("parts_unconfirmed", parts=parts)
    message = told_again(desk, lookup, missing(parts, lookup.id))
    if thread:
        sent: Sent = await desk.poster.post(channel, message, lookup.id, thread=thread)
        if sent.ok:
            return
    # Our "Looking…" may stand: when the opening was to replace it, this does so instead.
    instead = "opening" in parts
    if not await announce(desk, lookup.place, message, lookup.id, instead=instead):
        log.error("asker_not_reached")


def told_again(desk: Desk, lookup: Lookup, words: str) -> Message:
    """A warning with a Refresh button that asks the whole question anew."""
    value = "" if hides_clues(lookup.question) else _remembered(lookup.question)
    return desk.tools.renderer.missing(words, value, lookup.id)


def _remembered(question: Question) -> str:
    """The question for the button; "" if there is none, or it would not fit."""
    value = json.dumps(keep(Question, question), ensure_ascii=False, separators=(",", ":"))
    return value if question.clues and len(value) <= LIMIT else ""
