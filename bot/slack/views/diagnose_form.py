"""The form, sent: a question, or a complaint at its field."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.domain.question import Question
from bot.slack.asking import question_of, trouble_with
from bot.slack.desk import Desk, Lookup
from bot.slack.lookup import start
from bot.slack.payloads import Body, text_at
from bot.slack.place import Place
from bot.slack.response_url import response_url
from bot.slack.views.state import Filled, read_state

CALLBACK_ID = "diagnose_form"
COMPLAINT = 150
"""Characters that Slack shows well below a field."""
SHORT = "There is nothing in it that I can look up."
HOW = "Paste a room, session or peer id, a 100ms link, or a room's name."


def listen(desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """Closes the form and starts the look-up, or shows what to change."""

    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        filled = read_state(body)
        question = await _question(desk, filled, text_at(body, "user", "id"))
        trouble = trouble_with(question)
        if trouble is not None:
            words = below_field(trouble.cause)
            await ack(response_action="errors", errors={filled.typed_in: words})
            return
        lookup = Lookup(desk.tools.references(), question, _place(desk, body, filled))
        await start(desk, lookup, text_at(body, "trigger_id"))
        await ack()

    return on_form


def below_field(cause: str) -> str:
    """Why it cannot be looked up and what to paste, in whole sentences within the limit."""
    both = f"{cause} {HOW}"
    return next((words for words in (both, cause) if len(words) <= COMPLAINT), f"{SHORT} {HOW}")


async def _question(desk: Desk, filled: Filled, user: str) -> Question:
    """What was typed counts before what was picked: it is the later thought."""
    words = filled.text.strip() or filled.picked
    question = await question_of(desk, words, user)
    return replace(question, private=True) if filled.private else question


def _place(desk: Desk, body: Body, filled: Filled) -> Place:
    user = text_at(body, "user", "id")
    place = desk.modals.place(text_at(body, "view", "private_metadata"), user)
    if filled.conversation:
        url = response_url(filled.response_url)
        place = Place(user, filled.conversation, url=url)
    return place
