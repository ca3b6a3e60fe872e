"""The client over real sockets, cut, reset and slow."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from bot.domain.errors import HundredMsUnreachable
from bot.hundredms.workspaces import CallLimits, Credentials, open_workspaces
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.serving import running

ONCE = CallLimits(attempts=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize(
    ("kind", "heals"),
    [("reset", True), ("cut_body", True), ("drip", True), ("reset", False), ("cut_body", False),
     ("hang", False)],
)  # fmt: skip
async def test_a_connection_that_misbehaves(kind: Any, *, heals: bool) -> None:
    app = build(demo_world(now()))
    limits = CallLimits(attempt=3.0, call=3.0) if heals else CallLimits(attempt=0.3, call=0.6)
    async with running(app) as url:
        credentials = Credentials("main", ACCESS_KEY, SECRET, url=url)
        async with open_workspaces([credentials], clock=now, limits=limits) as clients:
            times = 1 if heals else None
            stage(app).faults.add(Fault(kind=kind, path="/v2/rooms", times=times, seconds=0.1))
            if heals:
                await clients["main"].check()
            else:
                with pytest.raises(HundredMsUnreachable):
                    await clients["main"].check()


async def test_nobody_listens() -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    credentials = Credentials("main", ACCESS_KEY, SECRET, url=f"http://127.0.0.1:{port}/v2")
    async with open_workspaces([credentials], clock=now, limits=CallLimits(attempts=2)) as clients:
        with pytest.raises(HundredMsUnreachable, match="connection to 100ms failed"):
            await clients["main"].check()


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(answer)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (b"", "ServerDisconnectedError"),
        (b"what?\r\n\r\n", "ClientResponseError"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", "ClientPayloadError"),
    ],
)
async def test_what_broke_is_told_by_its_kind(answer: bytes, word: str) -> None:
    server = await asyncio.start_server(partial(_cut, answer=answer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    credentials = Credentials("main", ACCESS_KEY, SECRET, url=f"http://127.0.0.1:{port}/v2")
    async with server, open_workspaces([credentials], clock=now, limits=ONCE) as clients:
        with pytest.raises(HundredMsUnreachable, match=f"connection to 100ms failed .{word}"):
            await clients["main"].check()
