"""Refuses requests of any other web page in the same browser."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing from another machine, whatever a message says: no picture, no font, no script.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class Guard:
    """ASGI middleware: a policy on each answer, and JSON from this very page in each post.

    A form on another site cannot send JSON, and a script there would have to ask first, which
    nobody here answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        kind = Headers(scope=scope).get("content-type", "")
        if scope["method"] == "POST" and not kind.startswith("application/json"):
            await JSONResponse({"error": "JSON is wanted"}, 415)(scope, receive, with_policy)
            return
        await self.app(scope, receive, with_policy)
