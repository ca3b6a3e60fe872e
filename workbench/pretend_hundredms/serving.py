"""Serving the app over a real socket on the loopback address."""

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from workbench.fence import Fence

HOST = "127.0.0.1"
_SPARE = range(20_000, 32_000)


def listen(port: int = 0) -> socket.socket:
    """A socket bound to the port; 0 takes a free one. Raises OSError, and leaves none open.

    asyncio sends without delay only where the socket names its protocol: else some answers come
    40 ms late (Nagle's algorithm against delayed acknowledgements).
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise
    return bound


def spare_port() -> int:
    """A free port that stays free while its server is down and comes up again.

    Those that the kernel picks by itself may be taken meanwhile by any connection.
    https://docs.kernel.org/networking/ip-sysctl.html#ip-variables (ip_local_port_range)
    """
    # Not `random` itself: tests give it the same seed in every process.
    for port in random.SystemRandom().sample(_SPARE, len(_SPARE)):
        with contextlib.suppress(OSError), listen(port):
            return port
    raise OSError("no free port below those that the kernel picks")


def base_url(bound: socket.socket) -> str:
    """The address of the API, in the form of HMS_API_URL."""
    return f"http://{HOST}:{bound.getsockname()[1]}/v2"


def status_url(hms_url: str) -> str:
    """The address of the pretend status page beside an API, in the form of STATUS_URL."""
    return f"{hms_url.removesuffix('/v2')}/status-page"


def server_of(app: Starlette) -> uvicorn.Server:
    """A quiet server that waits a second at most for calls that hang."""
    config = uvicorn.Config(
        Fence(app),
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
        backlog=2048,
    )
    return uvicorn.Server(config)


@asynccontextmanager
async def running(app: Starlette, port: int = 0) -> AsyncIterator[str]:
    """Serve in the present loop; gives the base URL, ends with the block."""
    bound = listen(port)
    server = server_of(app)
    task = asyncio.create_task(server._serve([bound]))  # noqa: SLF001  serve() takes the signals
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    try:
        yield base_url(bound)
    finally:
        server.should_exit = True
        await task
        bound.close()
