"""Slack's requests to a bot, sent from here, so that only the bot decides how long they take."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.bench import Bench, Served

_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Ack:
    """One acknowledged request: when it was sent (since 1970), seconds until the answer."""

    sent: float
    took: float
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command; the n-th person types in the n-th channel."""

    text: str
    person: int = 0
    command: str = "/call-errors"

    @property
    def channel(self) -> str:
        """The channel in which it is typed."""
        return f"C0BENCH{self.person:03d}"


def prepared(bench: Bench, served: Served, commands: Sequence[Command]) -> list[bytes]:
    """Each command as the bytes of a signed request."""
    asked = [
        {
            "channel": one.channel,
            "user": f"U0BENCH{one.person:03d}",
            "command": one.command,
            "text": one.text,
        }
        for one in commands
    ]
    answer = bench.slack.post("/_bench/commands", json=asked)
    answer.raise_for_status()
    return [_request(served, one) for one in answer.json()]


def _request(served: Served, one: dict[str, Any]) -> bytes:
    body = str(one["body"]).encode()
    headers = {
        "Host": f"127.0.0.1:{served.port}",
        "Content-Length": str(len(body)),
        **one["headers"],
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {served.path} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def knock(served: Served, request: bytes) -> Ack:
    """Send one request over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    try:
        return await _exchange(reader, writer, request)
    finally:
        writer.close()


async def knock_together(asked: Sequence[tuple[Served, bytes]]) -> list[Ack]:
    """Send all at once; the connections stand before the first byte is sent."""
    pairs = [await asyncio.open_connection("127.0.0.1", served.port) for served, _ in asked]
    try:
        asking = (
            _exchange(*pair, request) for pair, (_, request) in zip(pairs, asked, strict=True)
        )
        return list(await asyncio.gather(*asking))
    finally:
        for _, writer in pairs:
            writer.close()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> Ack:
    sent, started = time.time(), time.monotonic()
    writer.write(request)
    head = (await reader.readuntil(_END)).decode("latin-1").lower()
    length = int(head.partition("content-length:")[2].partition("\r\n")[0] or 0)
    body = await reader.readexactly(length)
    took = time.monotonic() - started
    return Ack(sent, took, int(head.split(" ", 2)[1]), body.decode())
