"""Refuses requests of other web pages in the same browser to the pretend services."""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOSTS = {"127.0.0.1", "localhost", "[::1]"}
_CONTROL = "/_control"


class Fence:
    """ASGI middleware: only this machine's names as Host, and JSON alone for what steers.

    A page elsewhere reaches a port of this machine under its own name (DNS rebinding) or by a
    form, which cannot send JSON. The bot's own calls are forms and go elsewhere than `/_control`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not is_own(headers.get("host", "")):
            await PlainTextResponse("Invalid host header", 400)(scope, receive, send)
            return
        steers = scope["type"] == "http" and scope["path"].startswith(_CONTROL)
        if steers and not _may_steer(scope["method"], headers):
            await JSONResponse({"error": "JSON is wanted"}, 415)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def is_own(host: str) -> bool:
    """True for a Host header that names this machine."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower() in HOSTS


def _may_steer(method: str, headers: Headers) -> bool:
    kind = headers.get("content-type", "")
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    own_page = is_own(headers.get("origin", "http://localhost").partition("://")[2])
    return own_page and (
        method in ("GET", "HEAD", "OPTIONS") or empty or kind.startswith("application/json")
    )
