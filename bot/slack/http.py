"""Slack's requests over HTTP: nothing unsigned, oversized or misshapen reaches Bolt."""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.domain.meters import Meters
from bot.slack.health import Health
from bot.slack.shape import read_body
from bot.slack.signature import is_signed

PATH = "/slack/events"
# Slack's largest payloads are messages and views of some 250 KB.
BODY_LIMIT = 1_000_000
SSL_CHECK = b"ssl_check=1"
# All that Bolt needs; it obeys others, which Slack's signature does not cover.
HEADERS = (
    "content-type",
    "x-slack-request-timestamp",
    "x-slack-signature",
    "x-slack-retry-num",
    "x-slack-retry-reason",
)
MALFORMED = {"error": "malformed request"}
SERVER_ERROR = 500


def build_http(
    health: Health,
    meters: Meters,
    app: AsyncApp | None = None,
    secret: str = "",
    now: Callable[[], float] = time.time,
) -> Starlette:
    """The health paths and /metrics, and with an app Slack's own path."""
    routes: list[BaseRoute] = [
        Route("/healthz", health.alive, methods=["GET"]),
        Route("/readyz", health.ready, methods=["GET"]),
        Route("/metrics", _page(meters), methods=["GET"]),
    ]
    if app is not None:
        routes.append(Route(PATH, Door(app, secret, now, meters).knock, methods=["POST"]))
    return Starlette(routes=routes)


class Door:
    """Lets in what Slack signed and shaped."""

    def __init__(
        self, app: AsyncApp, secret: str, now: Callable[[], float], meters: Meters
    ) -> None:
        self._app = app
        self._secret = secret
        self._now = now
        self._meters = meters

    async def knock(self, request: Request) -> Response:
        """401 unsigned, 413 too large, 400 misshapen; else what Bolt answers, never 5xx."""
        came = time.monotonic()
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        if _is_ssl_check(body):
            return Response()  # a look at our certificate; it carries nothing and gets nothing
        if not is_signed(self._secret, request.headers, body, self._now()):
            return JSONResponse({"error": "invalid request"}, 401)
        text = read_body(body, request.headers.get("content-type", ""))
        if text is None:
            return JSONResponse(MALFORMED, 400)
        answer = await self._pass_on(text, request)
        self._meters.ack_seconds(time.monotonic() - came)
        return answer

    async def _pass_on(self, text: str, request: Request) -> Response:
        """Bolt's answer. Where Bolt itself fails, it fails at reading: the body is at fault.

        Our listeners' own faults never come here: the app's error handler answers them.
        """
        headers: dict[str, str | Sequence[str]] = {
            name: [request.headers[name]] for name in HEADERS if name in request.headers
        }
        try:
            asked = AsyncBoltRequest(body=text, headers=headers)
            answer = await self._app.async_dispatch(asked)
        except Exception:  # noqa: BLE001  a border: Bolt reads the body outside its own handlers
            structlog.get_logger("call_doctor").warning("unreadable_request", exc_info=True)
            return JSONResponse(MALFORMED, 400)
        if answer.status >= SERVER_ERROR:
            structlog.get_logger("call_doctor").warning("unreadable_request")
            return JSONResponse(MALFORMED, 400)
        return to_starlette_response(answer)


def _page(meters: Meters) -> Callable[[Request], Awaitable[Response]]:
    async def page(_: Request) -> Response:
        return Response(meters.page(), media_type=meters.content_type)

    return page


async def _body(request: Request) -> bytes | None:
    """The raw bytes; None when there are too many, of which no more are read."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > BODY_LIMIT:
        return None
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _is_ssl_check(body: bytes) -> bool:
    """Slack probes the certificate of a command's address, by its documents with a token alone."""
    return body.startswith(SSL_CHECK) and body[len(SSL_CHECK) :][:1] in (b"", b"&")
