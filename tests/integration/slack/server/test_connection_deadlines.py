"""Requests that never end: they are closed, and health and Slack are answered meanwhile."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.support.slack.edge_harness import Bench, open_bench
from tests.support.slack.fakes import ROOM

HEAD = (
    "POST /slack/events HTTP/1.1\r\nHost: bot\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n"
)


def plausible(length: int) -> bytes:
    """A head that Slack could have sent; its body cannot match the signature."""
    signature = "v0=" + "0" * 64
    return (
        f"{HEAD}X-Slack-Request-Timestamp: {int(time.time())}\r\n"
        f"X-Slack-Signature: {signature}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


async def hang(
    bench: Bench, stack: AsyncExitStack, sent: bytes
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection, send these bytes, and leave it at that."""
    reader, writer = await asyncio.open_connection(bench.settings.host, bench.settings.port)
    stack.callback(writer.close)
    writer.write(sent)
    await writer.drain()
    return reader, writer


@pytest.mark.parametrize(
    "make",  # when it runs: a head is good for five minutes
    [
        pytest.param(lambda: b"", id="silent"),
        pytest.param(lambda: b"POST /slack/ev", id="half a head"),
        pytest.param(lambda: plausible(1000) + b"a=b", id="half a body"),
        pytest.param(lambda: plausible(900_000) + b"a=b" * 1000, id="a large body that stops"),
    ],
)
async def test_a_request_that_never_ends_is_closed(make: Callable[[], bytes]) -> None:
    async with open_bench() as bench, AsyncExitStack() as stack:
        reader, _ = await hang(bench, stack, make())
        answered = await asyncio.wait_for(reader.read(), 60)
        assert answered.rpartition(b"HTTP/1.1 ")[2].startswith(b"408 ")


async def test_half_a_second_request_is_closed_after_the_first_is_answered() -> None:
    async with open_bench() as bench, AsyncExitStack() as stack:
        sent = b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\nGET /he"
        reader, _ = await hang(bench, stack, sent)
        assert (await asyncio.wait_for(reader.read(), 60)).endswith(b"\r\n\r\nok")


async def test_a_dripping_body_is_closed_although_bytes_keep_coming() -> None:
    async with open_bench() as bench, AsyncExitStack() as stack:
        reader, writer = await hang(bench, stack, plausible(1000))
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(b"a")
            await asyncio.wait({ended}, timeout=0.2)
        assert (await ended).startswith(b"HTTP/1.1 408 ")


async def test_what_slack_cannot_have_signed_is_refused_with_its_body_unread() -> None:
    async with open_bench() as bench, AsyncExitStack() as stack:
        sent = f"{HEAD}Content-Length: 900000\r\n\r\n".encode()
        reader, _ = await hang(bench, stack, sent)
        answered = await asyncio.wait_for(reader.read(), 60)
        assert answered.startswith(b"HTTP/1.1 401 ")
        assert b"connection: close" in answered


async def test_health_and_slack_are_answered_while_a_thousand_requests_hang() -> None:
    async with open_bench() as bench, AsyncExitStack() as stack:
        for number in range(1100):
            await hang(bench, stack, b"POST /sl" if number % 2 else plausible(1000))
        assert (await bench.get("/healthz"))[0] == 200
        delivery = await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        assert delivery.acked


async def test_a_connection_is_used_again_after_a_whole_request() -> None:
    async with open_bench() as bench, AsyncExitStack() as stack:
        ask = b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n"
        reader, writer = await hang(bench, stack, ask)
        for _ in range(3):
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            length = int(head.lower().partition(b"content-length: ")[2].split()[0])
            await reader.readexactly(length)
            writer.write(ask)
