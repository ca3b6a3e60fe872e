"""Connects over Socket Mode, with a watchdog and without slack_sdk's needless second reconnect.

The watchdog is needed because slack_sdk may treat a dead connection as alive.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import contextlib
import time
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.metrics import Metrics
from bot.slack.sending.errors import SLACK_EXCEPTIONS, classify_error
from bot.slack.sending.web_clients import quiet_logger
from bot.slack.slack_settings import SlackSettings


class SingleReconnectClient(SocketModeClient):
    """Reconnects once when Slack announces a disconnect.

    Slack announces it twice, by a message and by closing. slack_sdk reconnects for both, and the
    second reconnect closes the new connection with everything that already arrived over it.
    """

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001,FBT002
        """Reconnect, unless another call did so while this one waited for the lock."""
        old_session = self.current_session
        async with self.connect_operation_lock:
            is_replaced = self.current_session is not old_session
            if (is_replaced or not force) and await self.is_connected():
                return
            self.wss_uri = await self.issue_new_wss_url()
            await self.connect()  # type: ignore[no-untyped-call]


class SocketModeHandler(AsyncSocketModeHandler):
    """Bolt's handler with our client."""

    def __init__(self, app: AsyncApp, settings: SlackSettings, metrics: Metrics) -> None:
        # Bolt's own constructor would create another client.
        self.app = app
        self.app_token = settings.app_token
        self.client = SingleReconnectClient(
            app_token=settings.app_token,
            logger=quiet_logger(),
            web_client=AsyncWebClient(base_url=settings.api_url, logger=quiet_logger()),
            ping_interval=settings.socket.ping,
        )
        self.last_heard = time.monotonic()
        self._metrics = metrics
        listeners: list[Any] = self.client.socket_mode_request_listeners
        listeners.append(self.handle)

    async def handle(self, client: Any, req: Any) -> None:  # noqa: ANN401  as Bolt declares them
        """Note when Slack was last heard from, then let Bolt answer."""
        started = self.last_heard = time.monotonic()
        await super().handle(client, req)
        self._metrics.ack_seconds(time.monotonic() - started)


CLOSE_SECONDS = 5.0


class SocketConnection:
    """One connection to Slack, rebuilt with a new client if it stays down."""

    def __init__(self, app: AsyncApp, settings: SlackSettings, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._settings = settings
        self._times = settings.socket
        self._handler: SocketModeHandler | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("call_doctor.socket")

    async def is_connected(self) -> bool:
        """Return whether Slack can reach us."""
        if self._handler is None or self._handler.client.current_session is None:
            return False
        return bool(await self._handler.client.is_connected())

    async def probe(self) -> str:
        """Return the connection's state for /readyz."""
        return "ok" if await self.is_connected() else "not connected"

    def open(self) -> None:
        """Begin to connect, in a separate task because slack_sdk tries for ever."""
        self._handler = SocketModeHandler(self._app, self._settings, self._metrics)
        self._connecting = asyncio.create_task(
            self._handler.client.connect()  # type: ignore[no-untyped-call]
        )

    async def close(self) -> None:
        """Close the connection; no more envelopes arrive."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._handler is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self._handler.client.close(),  # type: ignore[no-untyped-call]
                    CLOSE_SECONDS,
                )
        self._handler = None

    async def watch(self) -> None:
        """Watch the connection; return only if rebuilding failed and the process should end."""
        down_seconds, rebuilds = 0.0, 0
        while True:
            await asyncio.sleep(self._times.poll)
            if await self.is_connected():
                down_seconds, rebuilds = 0.0, 0
                await self._keep_alive()
                continue
            down_seconds += self._times.poll
            if down_seconds < self._times.down:
                continue
            if rebuilds >= self._times.rebuilds:
                self._log.error("socket_given_up", rebuilt=rebuilds)
                return
            rebuilds, down_seconds = rebuilds + 1, 0.0
            self._log.warning("socket_rebuilt", rebuilt=rebuilds)
            await self.close()
            self.open()

    async def _keep_alive(self) -> None:
        """Call Slack after a long silence; a failure is logged and the watch continues."""
        handler = self._handler
        if handler is None or time.monotonic() - handler.last_heard < self._times.idle:
            return
        handler.last_heard = time.monotonic()
        try:
            await self._app.client.auth_test()
        except SLACK_EXCEPTIONS as error:
            self._log.warning("keep_alive_failed", reason=classify_error(error)[1])
