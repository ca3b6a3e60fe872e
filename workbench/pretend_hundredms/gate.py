"""The outermost door: writes each call down, keeps it waiting, plays faults, allows only GET."""

import asyncio
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.pretend_hundredms.answers import error_answer
from workbench.pretend_hundredms.calls import Call
from workbench.pretend_hundredms.misbehave import Exchange, play
from workbench.pretend_hundredms.stage import OPEN_PATHS, WORKSPACE, Stage


class Gate:
    """ASGI middleware around everything but the control endpoints."""

    def __init__(self, app: ASGIApp, stage: Stage) -> None:
        self.app = app
        self.stage = stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"].startswith(OPEN_PATHS):
            await self.app(scope, receive, send)
            return
        text = scope["query_string"].decode("latin-1")
        query = tuple(parse_qsl(text, keep_blank_values=True))
        header = Headers(scope=scope).get("authorization", "")
        call = self.stage.calls.begin(scope["method"], scope["path"], query, header)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
            await send(message)

        try:
            await self._answer(call, Exchange(self.app, scope, receive, watched))
        finally:
            book = scope.get(WORKSPACE)
            call.workspace = book.workspace.alias if book else None
            self.stage.calls.end(call)

    async def _answer(self, call: Call, exchange: Exchange) -> None:
        if self.stage.switches.latency_ms:
            await asyncio.sleep(self.stage.switches.latency_ms / 1000)
        page = self.stage.cursors.page(next(iter(call.values("start")), None))
        fault = self.stage.faults.take(call.path, call.query, page)
        if fault:
            call.fault = fault.kind
            await play(fault, exchange)
        elif call.method != "GET":
            refusal = error_answer(405, "method not allowed", headers={"Allow": "GET"})
            await refusal(exchange.scope, exchange.receive, exchange.send)
        else:
            await self.app(exchange.scope, exchange.receive, exchange.send)
