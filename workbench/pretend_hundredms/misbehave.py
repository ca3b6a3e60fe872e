"""Plays each kind of fault."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.pretend_hundredms.answers import error_answer
from workbench.pretend_hundredms.faults import Fault

_PIECES = 10


@dataclass(slots=True)
class Exchange:
    """One call on its way to the app that would answer it truly."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send


@dataclass(slots=True)
class _TrueAnswer:
    start: Message = field(default_factory=dict)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


async def play(fault: Fault, exchange: Exchange) -> None:
    """Answer a call as the fault wants it; may raise ConnectionResetError without a socket."""
    if fault.kind == "hang":
        await _until_gone(exchange.receive)
    elif fault.kind == "reset":
        await _reset(exchange.receive)
    elif fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        await exchange.app(exchange.scope, exchange.receive, exchange.send)
    elif fault.kind in {"truncated", "cut_body", "drip"}:
        await _spoil(fault, exchange)
    else:
        await _wrong_answer(fault)(exchange.scope, exchange.receive, exchange.send)


def _wrong_answer(fault: Fault) -> Response:
    seconds = f"{fault.seconds:g}"
    if fault.kind == "rate_limited":
        text = fault.message or f"rate limit exceeded, retry after {seconds} seconds"
        return error_answer(429, text)
    if fault.kind == "rate_limited_header":
        text = fault.message or "rate limit exceeded"
        return error_answer(429, text, headers={"Retry-After": seconds})
    if fault.kind == "html":
        page = "<html><head><title>Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
        return HTMLResponse(fault.message or page, fault.status or 502)
    if fault.kind == "not_json":
        return PlainTextResponse(fault.message or "upstream is warming up", fault.status or 200)
    body = {"code": fault.status or 500, "message": fault.message or "internal server error"}
    return JSONResponse(body, fault.status or 500)


async def _spoil(fault: Fault, exchange: Exchange) -> None:
    answer = _TrueAnswer()
    await exchange.app(exchange.scope, exchange.receive, answer.take)
    if fault.kind == "drip":
        await exchange.send(answer.start)
        await _drip(answer.body, fault.seconds, exchange.send)
        return
    half = answer.body[: len(answer.body) // 2]
    if fault.kind == "truncated":
        await exchange.send({**answer.start, "headers": _headers(answer.start, len(half))})
        await exchange.send({"type": "http.response.body", "body": half})
        return
    await exchange.send(answer.start)
    await exchange.send({"type": "http.response.body", "body": half, "more_body": True})
    await asyncio.sleep(0.02)  # the half has to be under way before the connection goes
    await _reset(exchange.receive)


async def _drip(body: bytes, seconds: float, send: Send) -> None:
    size = max(1, -(-len(body) // _PIECES))
    for offset in range(0, len(body), size):
        piece = body[offset : offset + size]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(seconds / _PIECES)
    await send({"type": "http.response.body", "body": b""})


def _headers(start: Message, length: int) -> list[tuple[bytes, bytes]]:
    others = [pair for pair in start["headers"] if pair[0] != b"content-length"]
    return [*others, (b"content-length", str(length).encode())]


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _reset(receive: Receive) -> None:
    # ASGI has no word for a reset. uvicorn's `receive` is a method of the object that holds
    # the transport; without one (in-process calls) the caller gets the error itself.
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("pretend 100ms reset the connection")
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _until_gone(receive)
