"""Receives Slack's requests over HTTP; lets nothing unsigned, oversized or malformed reach Bolt.

Webhooks of 100ms come to the same server, at a path of their own.

The signature is checked on the raw bytes: slack_sdk's own verifier decodes the body first, and
fails on bytes that are not UTF-8.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Protocol
from urllib.parse import parse_qsl

import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.domain.metrics import Metrics
from bot.slack.server.health import Health

PATH = "/slack/events"
# Slack's largest payloads are messages and views of about 250 KB.
BODY_LIMIT = 1_000_000
WEBHOOK_PATH = "/100ms/webhooks/{alias}"
WEBHOOK_LIMIT = 256 * 1024
# Bodies up to this size are read without waiting. Commands and clicks are far smaller.
SMALL_BODY = 64_000
LARGE_BODIES = 8
SSL_CHECK = b"ssl_check=1"
SSL_CHECK_LIMIT = 1_000
LENGTH_DIGITS = 20
CONNECTION_CLOSE = {"connection": "close"}
INVALID_REQUEST = {"error": "invalid request"}
# The only headers that Bolt needs. Bolt obeys others, which Slack's signature does not cover.
HEADERS = (
    "content-type",
    "x-slack-request-timestamp",
    "x-slack-signature",
    "x-slack-retry-num",
    "x-slack-retry-reason",
)
MALFORMED = {"error": "malformed request"}
SERVER_ERROR = 500


class WebhookDoor(Protocol):
    """Decides on webhooks of 100ms; implemented by `bot.webhooks.receiver.WebhookReceiver`."""

    def admits(self, alias: str, headers: Mapping[str, str]) -> bool:
        """Return whether the head may be of a webhook of that workspace; the body is not needed."""

    def reject_large(self) -> None:
        """Count a webhook whose body is too large."""

    async def receive(self, alias: str, headers: Mapping[str, str], body: bytes) -> int:
        """Return the HTTP status for an admitted request, after its webhook was queued."""


def build_http(
    health: Health,
    metrics: Metrics,
    app: AsyncApp | None = None,
    secret: str = "",
    now: Callable[[], float] = time.time,
    webhooks: WebhookDoor | None = None,
) -> Starlette:
    """Return the app with the health paths and /metrics.

    With a Bolt app it has Slack's own path as well, and with `webhooks` that of 100ms.
    """
    routes: list[BaseRoute] = [
        Route("/healthz", health.alive, methods=["GET"]),
        Route("/readyz", health.ready, methods=["GET"]),
        Route("/metrics", _metrics_page(metrics), methods=["GET"]),
    ]
    if app is not None:
        routes.append(
            Route(PATH, SlackEndpoint(app, secret, now, metrics).handle, methods=["POST"])
        )
    if webhooks is not None:
        routes.append(webhook_route(webhooks))
    return Starlette(routes=routes)


def webhook_route(door: WebhookDoor) -> Route:
    """Return the route for webhooks of 100ms. Every answer to a webhook has an empty body."""
    large_bodies = asyncio.Semaphore(LARGE_BODIES)

    async def handle(request: Request) -> Response:
        alias, length = request.path_params["alias"], _content_length(request)
        if length is not None and length > WEBHOOK_LIMIT:
            door.reject_large()
            return Response(status_code=413, headers=CONNECTION_CLOSE)
        if not door.admits(alias, request.headers):
            return Response(status_code=401, headers=CONNECTION_CLOSE)
        small = length is not None and length <= SMALL_BODY
        async with nullcontext() if small else large_bodies:
            body = await _read_body(request, WEBHOOK_LIMIT)
        if body is None:
            door.reject_large()
            return Response(status_code=413, headers=CONNECTION_CLOSE)
        return Response(status_code=await door.receive(alias, request.headers, body))

    return Route(WEBHOOK_PATH, handle, methods=["POST"])


class SlackEndpoint:
    """Passes signed and well-formed requests to Bolt."""

    def __init__(
        self, app: AsyncApp, secret: str, now: Callable[[], float], metrics: Metrics
    ) -> None:
        self._app = app
        self._secret = secret
        self._now = now
        self._metrics = metrics
        self._large_bodies = asyncio.Semaphore(LARGE_BODIES)

    def _body_slot(self, length: int | None) -> AbstractAsyncContextManager[None]:
        """Return a slot for reading a body: none for small ones, a few at a time for large ones.

        Each large body is held in memory. A body that waits is not read further, and its connection
        has a deadline.
        """
        small = length is not None and length <= SMALL_BODY
        return nullcontext() if small else self._large_bodies

    async def handle(self, request: Request) -> Response:
        """Return Bolt's answer, or refuse: 401 unsigned, 413 too large, 400 malformed; never 5xx.

        The head is checked first: a request that Slack cannot have signed is refused with its body
        unread.
        """
        started = time.monotonic()
        length = _content_length(request)
        if length is not None and length > BODY_LIMIT:
            return PlainTextResponse("too large", 413, CONNECTION_CLOSE)
        if not may_be_signed(request.headers, self._now()):
            return await _refuse_unsigned(request, length)
        async with self._body_slot(length):
            body = await _read_body(request, BODY_LIMIT)
        if body is None:
            return PlainTextResponse("too large", 413, CONNECTION_CLOSE)
        if not is_signed(self._secret, request.headers, body, self._now()):
            return JSONResponse(INVALID_REQUEST, 401)
        text = decode_body(body, request.headers.get("content-type", ""))
        if text is None:
            return JSONResponse(MALFORMED, 400)
        answer = await self._dispatch(text, request)
        self._metrics.ack_seconds(time.monotonic() - started)
        return answer

    async def _dispatch(self, text: str, request: Request) -> Response:
        """Return Bolt's answer; 400 if Bolt itself fails.

        Bolt itself fails only while it reads the body, so the body is at fault. Errors of our
        listeners never arrive here: the app's error handler answers them.
        """
        headers: dict[str, str | Sequence[str]] = {
            name: [request.headers[name]] for name in HEADERS if name in request.headers
        }
        try:
            bolt_request = AsyncBoltRequest(body=text, headers=headers)
            answer = await self._app.async_dispatch(bolt_request)
        except Exception:  # noqa: BLE001  a border: Bolt reads the body outside its own handlers
            structlog.get_logger("call_doctor").warning("unreadable_request", exc_info=True)
            return JSONResponse(MALFORMED, 400)
        if answer.status >= SERVER_ERROR:
            structlog.get_logger("call_doctor").warning("unreadable_request")
            return JSONResponse(MALFORMED, 400)
        return to_starlette_response(answer)


def _metrics_page(metrics: Metrics) -> Callable[[Request], Awaitable[Response]]:
    async def page(_: Request) -> Response:
        return Response(metrics.page(), media_type=metrics.content_type)

    return page


async def _refuse_unsigned(request: Request, length: int | None) -> Response:
    """Return 401, or an empty answer to Slack's check of our certificate, which is unsigned."""
    if length is not None and length <= SSL_CHECK_LIMIT:
        body = await _read_body(request, SSL_CHECK_LIMIT)
        if body is not None and _is_ssl_check(body):
            return Response()
    return JSONResponse(INVALID_REQUEST, 401, CONNECTION_CLOSE)


def _content_length(request: Request) -> int | None:
    """Return the length that the head declares; None if it declares none."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < LENGTH_DIGITS else None


async def _read_body(request: Request, limit: int) -> bytes | None:
    """Return the raw bytes; None if there are more than `limit`, and the rest stays unread."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _is_ssl_check(body: bytes) -> bool:
    """Return whether the body is Slack's check of a command's certificate.

    By Slack's documentation it carries a token alone.
    """
    return body.startswith(SSL_CHECK) and body[len(SSL_CHECK) :][:1] in (b"", b"&")


TOLERANCE_SECONDS = 5 * 60
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


def may_be_signed(headers: Mapping[str, str], now: float) -> bool:
    """Return whether a head alone can belong to a request that Slack signed.

    The body is not needed.
    """
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        return False
    return abs(now - int(timestamp)) <= TOLERANCE_SECONDS


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Return whether Slack signed this body with our secret within the last five minutes."""
    if not secret or not may_be_signed(headers, now):
        return False
    base = b"v0:" + headers["x-slack-request-timestamp"].encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers["x-slack-signature"])


MAX_DEPTH = 60
MAX_FIELDS = 1000

# The fields in which Bolt expects an object, or a list of objects
# (slack_bolt/request/internals.py).
_OBJECTS = ("event", "view", "message", "container", "function_data", "assistant_thread")
_OBJECTS_OR_TEXTS = ("team", "user", "enterprise", "channel")
_LISTS = ("authorizations", "actions", "response_urls")
_TEXTS = (
    "type", "command", "text", "team_id", "user_id", "channel_id", "enterprise_id",
    "trigger_id", "response_url", "callback_id", "event_id", "action_id", "message_ts",
)  # fmt: skip


def decode_body(raw: bytes, content_type: str) -> str | None:
    """Return the body as text for Bolt; None if it is not what Slack sends."""
    try:
        text = raw.decode()
        body = _parse_body(text, content_type)
    except (ValueError, RecursionError):  # no UTF-8, no JSON, huge numbers or nesting
        return None
    return text if is_well_formed(body) else None


def _parse_body(text: str, content_type: str) -> Any:  # noqa: ANN401  any JSON
    if content_type.partition(";")[0].strip().lower() == "application/json" or text[:1] == "{":
        return json.loads(text)
    pairs = parse_qsl(
        text,
        keep_blank_values=True,
        errors="strict",
        max_num_fields=MAX_FIELDS,
        strict_parsing=True,
    )
    form = dict(pairs)
    return json.loads(form["payload"]) if "payload" in form else form


def is_well_formed(body: Any) -> bool:  # noqa: ANN401  any JSON
    """Return whether the values that Bolt reads have the types that Bolt expects."""
    if not isinstance(body, Mapping) or not body or _is_too_deep(body):
        return False
    return _has_expected_types(body) and _has_expected_types(body.get("event") or {})


def _has_expected_types(body: Mapping[str, Any]) -> bool:
    return (
        all(isinstance(body.get(key) or {}, Mapping) for key in _OBJECTS)
        and all(isinstance(body.get(key) or {}, Mapping | str) for key in _OBJECTS_OR_TEXTS)
        and all(isinstance(body.get(key) or "", str) for key in _TEXTS)
        and all(_is_list_of_objects(body.get(key) or []) for key in _LISTS)
    )


def _is_list_of_objects(value: Any) -> bool:  # noqa: ANN401  any JSON
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _is_too_deep(body: Any) -> bool:  # noqa: ANN401  any JSON
    """Return whether the body is nested too deeply.

    The loop does not recurse, because a deep body would break a recursive walk.
    """
    level: list[Any] = [body]
    for _ in range(MAX_DEPTH):
        level = [child for part in level for child in _children(part)]
        if not level:
            return False
    return True


def _children(part: Any) -> list[Any]:  # noqa: ANN401  any JSON
    if isinstance(part, Mapping):
        return [child for child in part.values() if isinstance(child, Mapping | list)]
    return [child for child in part if isinstance(child, Mapping | list)]
