"""Socket Mode: tickets, hello, envelopes and their acks, disconnects.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import contextlib
import itertools
import json
import uuid
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from workbench.pretend_slack.records import Json
from workbench.pretend_slack.server import reset_connection
from workbench.pretend_slack.state import Team


class NoSocket(Exception):
    """No connection is open, or it went away before the ack."""


class Hub:
    """All open connections of the app; each envelope goes to one of them."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._open: list[WebSocket] = []
        self._waiting: dict[str, tuple[WebSocket, asyncio.Future[Any]]] = {}
        self._turn = itertools.count()
        self.late_acks: list[str] = []

    @property
    def connections(self) -> int:
        """Return the number of open connections."""
        return len(self._open)

    async def connect(self, socket: WebSocket) -> None:
        """One connection, from handshake to end."""
        fault = self._team.faults.pick("socket", {})
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._team.tickets or (fault and fault.kind == "refuse"):
            await socket.close()
            return
        self._team.tickets.discard(ticket)
        await socket.accept()
        await socket.send_json(self._hello())
        self._open.append(socket)
        try:
            if fault is not None:
                await self._end(socket, fault.kind)
            await self._listen(socket)
        finally:
            self._forget(socket)

    async def send(self, kind: str, payload: Json, **more: object) -> Any:  # noqa: ANN401
        """Send an envelope and return the ack's payload (None when it has none).

        Raises NoSocket when no connection takes it, TimeoutError when no ack comes in time.
        """
        if not self._open:
            raise NoSocket
        socket = self._open[next(self._turn) % len(self._open)]
        envelope = str(uuid.uuid4())
        ack: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = (socket, ack)
        sent = {"envelope_id": envelope, "type": kind, "payload": payload} | more
        try:
            await self._send(socket, sent)
            return await asyncio.wait_for(ack, self._team.ack_seconds)
        finally:
            del self._waiting[envelope]

    async def disconnect(self, reason: str = "refresh_requested", *, close: bool = True) -> None:
        """Tell every connection to go, and close it; `warning` leaves it open."""
        for socket in list(self._open):
            await self._send(socket, _goodbye(reason))
            if close:
                await self._close(socket)

    async def drop(self) -> None:
        """Break every connection without a word."""
        for socket in list(self._open):
            await reset_connection(socket.scope)
            self._forget(socket)

    async def close(self) -> None:
        """End every connection at the end of the day."""
        for socket in list(self._open):
            await self._close(socket)

    async def _listen(self, socket: WebSocket) -> None:
        with contextlib.suppress(WebSocketDisconnect, ValueError, KeyError):
            while True:
                message = json.loads(await socket.receive_text())
                self._take_ack(message)

    def _take_ack(self, message: Json) -> None:
        envelope = str(message.get("envelope_id", ""))
        _, ack = self._waiting.get(envelope, (None, None))
        if ack is None or ack.done():
            self.late_acks.append(envelope)
        else:
            ack.set_result(message.get("payload"))

    async def _end(self, socket: WebSocket, how: str) -> None:
        if how == "drop":
            await reset_connection(socket.scope)
        else:
            await self._send(socket, _goodbye("refresh_requested"))
            await self._close(socket)

    async def _send(self, socket: WebSocket, message: Json) -> None:
        try:
            await socket.send_json(message)
        except (WebSocketDisconnect, RuntimeError) as gone:
            self._forget(socket)
            raise NoSocket from gone

    async def _close(self, socket: WebSocket) -> None:
        self._forget(socket)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await socket.close()

    def _forget(self, socket: WebSocket) -> None:
        if socket in self._open:
            self._open.remove(socket)
        for owner, ack in self._waiting.values():
            if owner is socket and not ack.done():
                ack.set_exception(NoSocket())

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open) + 1,
            "connection_info": {"app_id": self._team.app.app_id},
            "debug_info": {
                "host": "applink-pretend",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
        }


def _goodbye(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-pretend"}}
