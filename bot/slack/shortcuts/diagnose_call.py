"""The same form from anywhere in Slack."""

from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.slack.desk import Desk
from bot.slack.payloads import text_at
from bot.slack.place import Place
from bot.slack.shortcuts.asking_form import ask
from bot.slack.shortcuts.shortcut import Listener, Shortcut
from bot.slack.trail import recorded


def _listen(desk: Desk) -> Listener:
    async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await recorded()
        await ack()
        place = Place(text_at(body, "user", "id"))
        desk.crew.start(ask(desk, place, text_at(body, "trigger_id"), desk.tools.references()))

    return on_shortcut


SHORTCUT = Shortcut(
    name="Diagnose a call",
    type="global",
    callback_id="diagnose_call",
    description="Ask why a 100ms call failed, from anywhere",
    listen=_listen,
)
