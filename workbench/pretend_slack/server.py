"""Serves an ASGI app by uvicorn on a free loopback port, in this event loop."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

STOP_WITHIN_SECONDS = 1
# SO_LINGER on with zero seconds: closing sends RST, so the peer sees a reset, not an end.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Served:
    """A running app; its `url` has no slash at its end."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The app's base address."""
        return f"http://{self.host}:{self.port}"


@contextlib.asynccontextmanager
async def serve(app: Any, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Served]:  # noqa: ANN401
    """Serve `app` (any ASGI callable) until the block ends; port 0 takes a free one.

    Raises OSError when the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with contextlib.closing(listener):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        server = _Quiet(_config(app))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await server.ready.wait()
            yield Served(host, listener.getsockname()[1])
        finally:
            server.stop()
            await task


async def reset_connection(scope: Mapping[str, Any]) -> None:
    """Break the connection under a request or websocket as a failing network does.

    Raises RuntimeError when the app isn't served by `serve`.
    """
    transport = scope.get("state", {}).get("transport")
    if transport is None:
        raise RuntimeError("only an app served by serve() can break its connections")
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
    # The loop tells uvicorn of the lost connection in its next rounds.
    for _ in range(3):
        await asyncio.sleep(0)


class _Transparent(H11Protocol):
    """Puts the transport where the app finds it: `scope["state"]["transport"]`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class _Quiet(uvicorn.Server):
    """Says when it listens, and leaves signal handlers to the program around it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._ended = asyncio.Event()

    def stop(self) -> None:
        """Take no more connections and end those that stand."""
        self.should_exit = True
        self._ended.set()

    async def main_loop(self) -> None:
        # uvicorn's own looks at should_exit ten times a second, which tests would wait for.
        await self.on_tick(0)
        await self._ended.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: Any) -> uvicorn.Config:  # noqa: ANN401
    return uvicorn.Config(
        app,
        http=_Transparent,
        ws="websockets-sansio",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
        ws_ping_interval=None,
        backlog=2048,
    )
