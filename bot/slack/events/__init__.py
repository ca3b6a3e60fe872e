"""The events we subscribe to. A new one is a file here and a line below."""

from collections.abc import Awaitable, Callable

from bot.slack.desk import Desk
from bot.slack.events import app_home_opened, app_mention

Listener = Callable[..., Awaitable[None]]

EVENTS: dict[str, Callable[[Desk], Listener]] = {
    app_home_opened.EVENT: app_home_opened.listen,
    app_mention.EVENT: app_mention.listen,
}
