"""A choice among several matches: the same question about just this one."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.audit import AuditOutcome
from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES
from bot.domain.question import Question
from bot.domain.reading import read_question
from bot.slack.desk import Desk, Lookup
from bot.slack.explain import told
from bot.slack.lookup import start
from bot.slack.payloads import (
    Body,
    click_id,
    list_at,
    message_ts,
    place_of_click,
    pressed,
    text_at,
)
from bot.slack.place import Place
from bot.slack.trail import note

ACTION_ID = re.compile(r"choose-\d+")


def listen(desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Acknowledges and looks up what was chosen; a second press by the same person is ignored."""

    async def on_choice(ack: AsyncAck, body: dict[str, Any]) -> None:
        place = place_of_click(body)
        key = ("choose", place.channel, message_ts(body), text_at(pressed(body), "action_id"))
        if desk.seen.first(*key, place.user):
            with desk.seen.unless_it_fails(*key, place.user):
                await _begin(desk, place, body)
        else:
            note(AuditOutcome.REPEATED)
            desk.tools.meters.duplicate_suppressed()
        await ack()

    return on_choice


async def _begin(desk: Desk, place: Place, body: Body) -> None:
    reference = desk.tools.references()
    try:
        question = _question(desk, text_at(pressed(body), "value"))
    except NotAllowed as error:
        note(AuditOutcome.ASKED_WRONGLY)
        desk.crew.start(told(desk, place, reference, error))
    else:
        await start(desk, Lookup(reference, question, place), click_id(body))


def _question(desk: Desk, value: str) -> Question:
    """The button's value: `q` asks for just one thing; the rest repeats the first question.

    Raises NotAllowed when it is not one of ours.
    """
    try:
        facts = json.loads(value)
    except ValueError:
        facts = None
    if not isinstance(facts, Mapping) or not text_at(facts, "q"):
        raise NotAllowed(
            "That button belongs to an older answer that I can no longer read.",
            next_step="Ask again for a fresh answer.",
        )
    question = read_question(text_at(facts, "q"), desk.tools.clock())
    return replace(
        question,
        private=bool(facts.get("private")),
        public=facts.get("public") is True,
        since=_time(facts.get("since")) or question.since,
        until=_time(facts.get("until")) or question.until,
        types=tuple(kind for kind in ERROR_TYPES if kind in list_at(facts, "types"))
        or question.types,
    )


def _time(value: Any) -> datetime | None:  # noqa: ANN401  any JSON
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
