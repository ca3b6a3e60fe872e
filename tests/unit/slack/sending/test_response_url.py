"""An answer at a response_url goes to Slack, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.slack.checkpoints.serialization import target_from_json, target_to_json
from bot.slack.payloads import ReplyTarget
from bot.slack.response_url import ResponseUrl
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.sender import post_to_response_url
from bot.slack.sending.web_clients import open_clients
from bot.slack.slack_settings import SlackSettings

BODY = {"text": "Ann could not join", "thread_ts": None}


@dataclass
class Listener:
    """Answers every request alike; keeps what it was sent."""

    port: int
    heard: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def listening(answer: bytes) -> AsyncIterator[Listener]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        listener.heard.append(head + await reader.readexactly(length))
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    listener = Listener(server.sockets[0].getsockname()[1])
    async with server:
        yield listener


def settings(port: int) -> SlackSettings:
    return SlackSettings(
        bot_token="xoxb-made-up", signing_secret="s", api_url=f"http://127.0.0.1:{port}/api/"
    )


OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def test_slacks_own_address_is_answered() -> None:
    async with listening(OK) as slack, open_clients(settings(slack.port)) as clients:
        url = ResponseUrl(f"http://127.0.0.1:{slack.port}/response/1")
        assert (await post_to_response_url(clients, url, BODY, "opening")).ok
    (heard,) = slack.heard
    assert b'{"text": "Ann could not join"}' in heard


@pytest.mark.parametrize("restored", [False, True])
async def test_a_foreign_address_is_not_even_asked(restored: bool) -> None:  # noqa: FBT001
    async with listening(OK) as slack, listening(OK) as foreign:
        place = ReplyTarget("U0ALICE", url=ResponseUrl(f"http://127.0.0.1:{foreign.port}/x"))
        url = target_from_json(target_to_json(place)).url if restored else place.url
        assert url
        async with open_clients(settings(slack.port)) as clients:
            sent = await post_to_response_url(clients, url, BODY, "opening")
        assert (sent.cause, url.uses_left) == (SlackErrorKind.EXPIRED, 0)
        assert slack.heard == foreign.heard == []


async def test_no_redirect_is_followed() -> None:
    async with listening(OK) as foreign:
        answer = (
            "HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\n"
            f"location: http://127.0.0.1:{foreign.port}/x\r\n\r\n"
        )
        async with (
            listening(answer.encode()) as slack,
            open_clients(settings(slack.port)) as clients,
        ):
            url = ResponseUrl(f"http://127.0.0.1:{slack.port}/response/1")
            assert not (await post_to_response_url(clients, url, BODY, "opening")).ok
        assert foreign.heard == []
