"""slack_sdk's socket client, without its needless second reconnect."""

import time
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.meters import Meters
from bot.slack.clients import quiet_logger
from bot.slack.settings import SlackSettings


class SteadyClient(SocketModeClient):
    """Reconnects once for one goodbye.

    Slack says goodbye twice, by a message and by closing. slack_sdk reconnects for both, and the
    second time closes the new connection with whatever already came over it.
    """

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001,FBT002
        """Reconnect, unless that was done while we waited for our turn."""
        leaving = self.current_session
        async with self.connect_operation_lock:
            replaced = self.current_session is not leaving
            if (replaced or not force) and await self.is_connected():
                return
            self.wss_uri = await self.issue_new_wss_url()
            await self.connect()  # type: ignore[no-untyped-call]


class SteadyHandler(AsyncSocketModeHandler):
    """Bolt's handler around our client."""

    def __init__(self, app: AsyncApp, settings: SlackSettings, meters: Meters) -> None:
        # Bolt's own constructor would begin a client of its own.
        self.app = app
        self.app_token = settings.app_token
        self.client = SteadyClient(
            app_token=settings.app_token,
            logger=quiet_logger(),
            web_client=AsyncWebClient(base_url=settings.api_url, logger=quiet_logger()),
            ping_interval=settings.socket.ping,
        )
        self.heard = time.monotonic()
        self._meters = meters
        listeners: list[Any] = self.client.socket_mode_request_listeners
        listeners.append(self.handle)

    async def handle(self, client: Any, req: Any) -> None:  # noqa: ANN401  as Bolt declares them
        """Note when Slack was last heard of, then let Bolt answer."""
        came = self.heard = time.monotonic()
        await super().handle(client, req)
        self._meters.ack_seconds(time.monotonic() - came)
