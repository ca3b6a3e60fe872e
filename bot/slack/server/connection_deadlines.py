"""Sets deadlines and a limit for the connections of the HTTP server.

uvicorn waits for ever for a request that never ends (https://github.com/Kludex/uvicorn/issues/157),
so a thousand such requests would use up the process's open files.
"""

import asyncio
import resource
from collections import OrderedDict

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 5.0
BODY_SECONDS = 5.0
MAX_CONNECTIONS = 1000
TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
OVERLOADED = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


def connection_limit() -> int:
    """Return the limit of open connections: half of the process's open files, at most 1,000.

    The other half is for the database, Slack and 100ms.
    """
    open_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (
        MAX_CONNECTIONS
        if open_files == resource.RLIM_INFINITY
        else max(1, min(MAX_CONNECTIONS, open_files // 2))
    )


class Connections:
    """The open connections of one server, oldest first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: OrderedDict[BoundedProtocol, None] = OrderedDict()

    def add(self, connection: "BoundedProtocol") -> bool:
        """Return whether the connection may stay.

        At the limit, the oldest connection without a whole request is closed to make room. Return
        False if every connection is being answered.
        """
        if len(self._open) >= self._limit:
            oldest = next((other for other in self._open if not other.is_answering), None)
            if oldest is None:
                return False
            oldest.end(OVERLOADED)
        self._open[connection] = None
        return True

    def remove(self, connection: "BoundedProtocol") -> None:
        """Remove a closed connection."""
        self._open.pop(connection, None)


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 with deadlines: 5 s to the whole head of a request, then 5 s to its whole body.

    A connection that misses a deadline gets 408 and is closed. The clock of the first request
    starts when the connection opens, and the clock of each later request with its first byte.
    Between requests, uvicorn's own time limit for idle connections applies.
    """

    table: Connections
    _deadline: asyncio.TimerHandle | None = None

    @property
    def is_answering(self) -> bool:
        """Return whether a whole request arrived and its answer is not finished."""
        cycle = self.cycle
        return cycle is not None and not cycle.more_body and not cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock, or refuse the connection with 503."""
        super().connection_made(transport)
        if self.table.add(self):
            self._set_deadline(HEAD_SECONDS)
        else:
            self.end(OVERLOADED)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._clear_deadline()
        self.table.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read the data, and move the deadline when a head or a body is complete."""
        previous_cycle = self.cycle
        if self._deadline is None and (previous_cycle is None or previous_cycle.response_complete):
            self._set_deadline(HEAD_SECONDS)
        super().data_received(data)
        if self.cycle is None:
            return
        if not self.cycle.more_body:
            self._clear_deadline()
        elif self.cycle is not previous_cycle:
            self._set_deadline(BODY_SECONDS)

    def end(self, response: bytes) -> None:
        """Close the connection; send this response first if none was begun."""
        self._clear_deadline()
        self.table.remove(self)
        if self.transport.is_closing():
            return
        if self._is_response_due():
            self.transport.write(response)
        self.transport.close()

    def on_response_complete(self) -> None:
        """Start the clock of a request that the client sent before this answer was complete."""
        super().on_response_complete()
        if self.cycle.more_body and not self.cycle.response_complete:
            self._set_deadline(BODY_SECONDS)

    def _is_response_due(self) -> bool:
        cycle = self.cycle
        if cycle is None or not cycle.response_started:
            return True
        return cycle.response_complete and not cycle.more_body  # the next head is not complete

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self.end, TIMED_OUT)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def bounded_protocol(limit: int) -> type[BoundedProtocol]:
    """Return the protocol class of one server, whose connections count together."""

    class ServerProtocol(BoundedProtocol):
        table = Connections(limit)

    return ServerProtocol
