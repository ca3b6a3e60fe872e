"""Provides two Slack clients: one for calls that may be repeated, one for posts.

Slack has no idempotency key, and slack_sdk's default handler repeats a post after a dropped
connection, which makes two posts. Posts are therefore repeated only if they were certainly not
done.

A trace counts each attempt to call Slack, because slack_sdk hides the attempts that it repeats.
https://docs.aiohttp.org/en/stable/tracing_reference.html
"""

import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.domain.metrics import Metrics
from bot.slack.sending.errors import ERROR_KINDS
from bot.slack.slack_settings import SlackSettings

_OK = 200
_METHOD = re.compile(r"/api/([a-zA-Z]+(?:\.[a-zA-Z]+)+)$")


def request_metrics_trace(metrics: Metrics) -> aiohttp.TraceConfig:
    """Return a trace for aiohttp's session that counts requests in the metrics."""
    trace = aiohttp.TraceConfig()

    async def on_request_end(
        _: object, attempt: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        attempt.status = params.response.status
        if attempt.status != _OK:
            metrics.slack_request(method_of(params.url), f"http_{attempt.status}")

    async def on_request_exception(
        _: object, __: object, params: aiohttp.TraceRequestExceptionParams
    ) -> None:
        metrics.slack_request(method_of(params.url), "no_answer")

    async def on_chunk_received(
        _: object, attempt: SimpleNamespace, params: aiohttp.TraceResponseChunkReceivedParams
    ) -> None:
        if attempt.status == _OK:  # the body then says whether the call was done
            metrics.slack_request(method_of(params.url), slack_status_of(params.chunk))

    trace.on_request_end.append(on_request_end)
    trace.on_request_exception.append(on_request_exception)
    trace.on_response_chunk_received.append(on_chunk_received)
    return trace


def method_of(url: URL) -> str:
    """Return the API method of a URL, or a general word; other URLs contain secrets."""
    method = _METHOD.search(url.path)
    if method:
        return method[1]
    return "upload" if "/upload" in url.path else "response_url"


def slack_status_of(body: bytes) -> str:
    """Return `ok`, or Slack's error name if our table lists it, else `other`.

    aiohttp passes the whole body at once. A response_url answers with the bare word ok.
    """
    try:
        answer = json.loads(body)
    except ValueError:
        return "ok" if body.strip().lower() == b"ok" else "other"
    if not isinstance(answer, dict) or answer.get("ok") is not False:
        return "ok" if isinstance(answer, dict) else "other"
    code = answer.get("error")
    return code if isinstance(code, str) and code in ERROR_KINDS else "other"


RATE_RETRIES = 4
_SECRET = re.compile(r"(?:wss?|https?)://\S+|\bx(?:ox[a-z]|app|oxe\.xox[bp])-[\w-]+")


@dataclass(frozen=True, slots=True)
class Clients:
    """`read` for calls that may be repeated, `post` for calls that may not."""

    read: AsyncWebClient
    post: AsyncWebClient
    session: aiohttp.ClientSession
    logger: logging.Logger


class RetryAfterHandler(AsyncRateLimitErrorRetryHandler):
    """Waits as long as Slack asks, unless that is longer than a person would wait.

    It does not handle chat.postMessage: there, Slack's wait blocks all posts in that channel
    (`bot.slack.sending.rate_limit`), not only the refused one.
    """

    def __init__(self, max_seconds: float) -> None:
        super().__init__(max_retry_count=RATE_RETRIES)
        self._max_seconds = max_seconds

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002  the base class names it
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002
    ) -> bool:
        if request.url.endswith("/chat.postMessage"):
            return False
        if response is None or response.status_code != 429:  # noqa: PLR2004  HTTP's number
            return False
        header = response.headers.get("retry-after") or response.headers.get("Retry-After") or ["1"]
        return header[0].isdecimal() and int(header[0]) <= self._max_seconds


def quiet_logger(name: str = "slack_sdk", level: int = logging.WARNING) -> logging.Logger:
    """Return a logger for slack_sdk and Bolt that logs no secrets and no payloads.

    Both libraries log payloads at DEBUG.
    """
    logger = logging.getLogger(f"call_doctor.{name}")
    logger.setLevel(level)
    if _scrub not in logger.filters:
        logger.addFilter(_scrub)
    return logger


def _scrub(record: logging.LogRecord) -> bool:
    """Hide addresses and tokens in a record, and drop its trace.

    Addresses carry secrets (a socket's ticket, a response_url), and a trace may too.
    """
    record.msg = _SECRET.sub("[hidden]", record.getMessage())
    record.args = ()
    record.exc_info = None
    return True


@asynccontextmanager
async def open_clients(
    settings: SlackSettings, metrics: Metrics | None = None
) -> AsyncIterator[Clients]:
    """Open both clients on one connection pool, closed at the end; each attempt is counted."""
    timeout = aiohttp.ClientTimeout(total=settings.call_seconds)
    logger = quiet_logger()
    trace = request_metrics_trace(metrics or Metrics())
    async with aiohttp.ClientSession(timeout=timeout, trace_configs=[trace]) as session:

        def client(handlers: list[AsyncRetryHandler]) -> AsyncWebClient:
            return AsyncWebClient(
                token=settings.bot_token,
                base_url=settings.api_url,
                session=session,
                logger=logger,
                retry_handlers=handlers,
            )

        on_limit = RetryAfterHandler(settings.longest_retry_after)
        on_connect = AsyncConnectionErrorRetryHandler(error_types=[aiohttp.ClientConnectorError])
        on_failure = [AsyncConnectionErrorRetryHandler(), AsyncServerErrorRetryHandler()]
        yield Clients(
            read=client([on_limit, *on_failure]),
            post=client([on_limit, on_connect]),
            session=session,
            logger=logger,
        )
