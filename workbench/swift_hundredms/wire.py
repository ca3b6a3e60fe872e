"""HTTP/1.1 by hand: GETs over kept connections, each answered after a delay."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qs, unquote

import jwt

from workbench.pretend_hundredms.answers import error_body
from workbench.pretend_hundredms.serving import base_url, listen
from workbench.swift_hundredms.answers import Answers

_END = b"\r\n\r\n"
_REASONS = {200: b"OK", 401: b"Unauthorized", 404: b"Not Found"}


@dataclass(slots=True)
class Swift:
    """The state that all connections share. `delay` is in seconds; `calls` hold monotonic times.

    A call is path, query, arrival and the time its answer was sent.
    """

    answers: Answers
    access_key: str
    secret: str
    delay: float = 0.0
    calls: list[tuple[str, str, float, float]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    _known: set[str] = field(default_factory=set)

    def admits(self, token: str) -> bool:
        """Whether the management token is good; each is looked at once."""
        if token in self._known:
            return True
        try:
            claims = jwt.decode(token, self.secret, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return False
        if claims.get("access_key") != self.access_key or claims.get("type") != "management":
            return False
        self._known.add(token)
        return True

    def control(self, method: str, path: str, query: str) -> bytes:
        """GET and DELETE `/_control/calls`, PUT `/_control/delay?seconds=`, GET `/_control/rooms`.

        Times are those of the monotonic clock, which all processes of a machine share.
        """
        if path == "/_control/delay":
            self.delay = float(parse_qs(query)["seconds"][0])
        if path == "/_control/rooms":
            return json.dumps(self._rooms()).encode()
        if method == "DELETE":
            self.calls.clear()
            self.most_in_flight = self.in_flight
        said = {"calls": self.calls, "most_in_flight": self.most_in_flight, "delay": self.delay}
        return json.dumps(said).encode()

    def _rooms(self) -> dict[str, Any]:
        return {
            shelf.room.name: {
                "id": shelf.room.id,
                "sessions": [
                    {"id": one.id, "peers": [peer.id for peer in one.peers]}
                    for one in shelf.room.sessions
                ],
            }
            for shelf in self.answers.shelves.rooms.values()
        }


class Wire(asyncio.Protocol):
    """One connection. A client sends its next question when it has the answer to the last."""

    def __init__(self, swift: Swift) -> None:
        self._swift = swift
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Part of asyncio.Protocol."""
        del error
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Part of asyncio.Protocol."""
        self._buffer += data
        while _END in self._buffer:
            head, _, self._buffer = self._buffer.partition(_END)
            self._take(head)

    def _take(self, head: bytes) -> None:
        arrived = time.monotonic()
        line, _, headers = head.decode("latin-1").partition("\r\n")
        method, target, _ = line.split(" ", 2)
        path, _, query = target.partition("?")
        if path.startswith("/_control/"):
            self._send(200, self._swift.control(method, path, query))
            return
        swift = self._swift
        swift.in_flight += 1
        swift.most_in_flight = max(swift.most_in_flight, swift.in_flight)
        status, body = self._answer(path, query, headers)
        due = arrived + swift.delay - time.monotonic()
        later = (status, body, (unquote(path), query, arrived))
        asyncio.get_running_loop().call_later(max(0.0, due), self._finish, *later)

    def _answer(self, path: str, query: str, headers: str) -> tuple[int, bytes]:
        if not self._swift.admits(_token(headers)):
            return 401, json.dumps(error_body(401, "Token validation error")).encode()
        asked = parse_qs(query)
        return self._swift.answers.answer(unquote(path).removeprefix("/v2"), asked)

    def _finish(self, status: int, body: bytes, call: tuple[str, str, float]) -> None:
        self._send(status, body)
        self._swift.in_flight -= 1
        self._swift.calls.append((*call, time.monotonic()))

    def _send(self, status: int, body: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        head = b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        self._transport.write(head % (status, _REASONS[status], len(body)) + body)


def _token(headers: str) -> str:
    for line in headers.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "authorization":
            return value.strip().removeprefix("Bearer ")
    return ""


@asynccontextmanager
async def listening(swift: Swift, port: int = 0) -> AsyncIterator[str]:
    """Serve in the present loop; gives the base URL, ends with the block."""
    bound = listen(port)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Wire(swift), sock=bound, backlog=2048)
    try:
        yield base_url(bound)
    finally:
        server.close()
        await server.wait_closed()
