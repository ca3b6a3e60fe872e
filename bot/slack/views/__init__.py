"""The modals that come back filled in. A new one is a file here and a line below."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.slack.desk import Desk
from bot.slack.views import diagnose_form

Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]

VIEWS: dict[str, Callable[[Desk], Listener]] = {
    diagnose_form.CALLBACK_ID: diagnose_form.listen,
}
