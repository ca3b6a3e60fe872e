"""One call to 100ms: attempts, retries, waits, a new token once. No httpx error leaves here.

One GET over the pool of connections: headers, address and body, whatever the answer means.

A body is unpacked here and not by httpx, which has no limit of what a few bytes may become.
"""

import asyncio
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

import httpx
import structlog
from aiohttp import ClientError
from pydantic import BaseModel
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from bot.domain.errors import HundredMsBusy, HundredMsRefused, HundredMsUnreachable
from bot.hundredms.circuit_breaker import Circuit, CircuitOpen
from bot.hundredms.concurrency import ConcurrencyLimiter
from bot.hundredms.lenient import UnreadableBody
from bot.hundredms.request import ANONYMOUS, Caller, Request
from bot.hundredms.responses import (
    ResponseKind,
    ResponseVerdict,
    classify_response,
    paused,
    too_busy,
    why_refused,
)
from bot.hundredms.retry import TransientError, RateLimited, CallLimits, RetryBudget
from bot.hundredms.token import TokenSource
from bot.investigate.ports import Clock

FAILED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ClientError, OSError, MemoryError)
"""No answer, or half of one; aiohttp's own error is one that httpx has no word for."""

_DIGITS = 18


def broken(error: BaseException) -> TransientError:
    """What failed, in words for the asker.

    aiohttp's transport for httpx calls every lost connection a timeout; the cause knows better.
    """
    cause = error.__cause__ if isinstance(error.__cause__, ClientError) else error
    if isinstance(cause, TimeoutError | httpx.TimeoutException):
        return TransientError("100ms did not answer in time")
    return TransientError(f"The connection to 100ms failed ({type(cause).__name__})")


class Refused(Exception):
    """A body that is not read: too large, or packed in a way that was not asked for."""


async def send(
    http: httpx.AsyncClient, url: str, call: Request, token: str
) -> tuple[httpx.Response, bytes]:
    """The answer and all of its body, unpacked.

    Raises what `FAILED` names, Broken for a body that ends early, Refused for one that is too
    large or in another coding than gzip.
    """
    headers = {
        b"Authorization": b"Bearer " + token.encode(),
        b"Content-Type": b"application/json",
        b"Accept": b"application/json",
        b"Accept-Encoding": b"gzip",
    }
    address = f"{url.rstrip('/')}/{call.path}"
    if call.params:  # httpx would take the address apart a second time to add them
        address += f"?{urlencode(call.params)}"
    request = http.build_request("GET", address, headers=headers)
    response = await http.send(request, stream=True)
    try:
        return response, await _body(response, call.largest)
    finally:
        await response.aclose()


async def _body(response: httpx.Response, largest: int) -> bytes:
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > _DIGITS or int(announced) > largest):
        raise Refused(_too_large(largest))
    unpack = _unpacker(response.headers.get("content-encoding", ""))
    body, received = bytearray(), 0
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101  as `http` is async
    async for piece in response.stream:
        received += len(piece)
        body += _unpacked(unpack, piece, largest + 1 - len(body)) if unpack else piece
        if max(received, len(body)) > largest:
            raise Refused(_too_large(largest))
    if unpack and received and not unpack.eof:
        raise TransientError("100ms' answer is cut off")
    return bytes(body)


def _unpacked(unpack: "zlib._Decompress", piece: bytes, most: int) -> bytes:
    try:
        return unpack.decompress(piece, most)
    except zlib.error as error:
        raise TransientError("100ms' answer could not be unpacked") from error


def _unpacker(coding: str) -> "zlib._Decompress | None":
    """What unpacks the body; None if it is not packed."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return None
    if coding != "gzip":
        raise Refused("100ms' answer is compressed in a way that was not asked for")
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _too_large(largest: int) -> str:
    return f"100ms' answer is too large to read (more than {largest // 1_000_000} MB)"


OnCall = Callable[[str, str, int | None, float], None]
"""Told of each attempt: alias, endpoint, HTTP status (None: no answer), seconds."""

Model = TypeVar("Model", bound=BaseModel)
Reading = Callable[[bytes], Model]
"""Makes a model of a body. Raises UnreadableBody."""

_MUCH = 1_000_000
"""Bytes of a body that is parsed beside the event loop."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkspaceConnection:
    """What all calls to one workspace share."""

    alias: str
    url: str
    http: httpx.AsyncClient
    tokens: TokenSource
    gate: ConcurrencyLimiter
    circuit: Circuit
    clock: Clock
    limits: CallLimits = field(default_factory=CallLimits)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    on_call: OnCall | None = None


async def send_with_retries(
    line: WorkspaceConnection, call: Request, reading: Reading[Model], asker: Caller = ANONYMOUS
) -> Model | ResponseVerdict:
    """The answer as `reading` has it, or the verdict: ABSENT, REJECTED or EXPIRED.

    Raises HundredMsUnreachable, HundredMsBusy, HundredMsRefused; the first at once while the
    workspace's circuit is open.
    """
    patience = RetryBudget(line.limits)
    attempts = AsyncRetrying(
        retry=retry_if_exception_type((TransientError, RateLimited)),
        wait=patience.wait,
        stop=patience.stop,
        sleep=line.sleep,
        before_sleep=_announce(line, call, asker),
        reraise=True,
    )
    try:
        return await attempts(_with_token, line, call, reading, patience, asker)
    except CircuitOpen as error:
        raise HundredMsUnreachable(paused(line.alias)) from error
    except TransientError as error:
        _log.warning("hundredms.unreachable", workspace=line.alias, call=call.name)
        raise HundredMsUnreachable(f"{error}.") from error
    except Refused as error:
        _log.warning("hundredms.unread", workspace=line.alias, call=call.name, reason=str(error))
        raise HundredMsUnreachable(f"{error}.") from error
    except RateLimited as error:
        _log.warning("hundredms.busy", workspace=line.alias, call=call.name)
        raise HundredMsBusy(too_busy(error.seconds)) from error


async def _with_token(
    line: WorkspaceConnection,
    call: Request,
    reading: Reading[Model],
    patience: RetryBudget,
    asker: Caller,
) -> Model | ResponseVerdict:
    token = line.tokens.fresh()
    answer = await _attempt(line, call, reading, patience, token, asker)
    if _refused(answer) and line.tokens.renewable:
        answer = await _attempt(line, call, reading, patience, line.tokens.renew(token), asker)
    if isinstance(answer, ResponseVerdict) and _refused(answer):
        _log.error("hundredms.refused", workspace=line.alias, call=call.name)
        raise HundredMsRefused(
            why_refused(line.alias, answer.message, renewable=line.tokens.renewable)
        )
    return answer


async def _attempt(
    line: WorkspaceConnection,
    call: Request,
    reading: Reading[Model],
    patience: RetryBudget,
    token: str,
    asker: Caller,
) -> Model | ResponseVerdict:
    line.circuit.refuse()
    async with line.gate.slot(asker.rank(call), asker) as begun_in:
        try:
            answer = await line.circuit.run(
                call, lambda: _exchange(line, call, reading, patience, token)
            )
        except RateLimited:
            line.gate.on_rate_limit(begun_in)
            raise
    line.gate.on_success()
    return answer


async def _exchange(
    line: WorkspaceConnection,
    call: Request,
    reading: Reading[Model],
    patience: RetryBudget,
    token: str,
) -> Model | ResponseVerdict:
    started = time.monotonic()
    status: int | None = None
    try:
        async with asyncio.timeout(line.circuit.at_most(patience.attempt)):
            response, body = await send(line.http, line.url, call, token)
        status = response.status_code
    except FAILED as error:
        raise broken(error) from error
    finally:
        _note(line, call, status, time.monotonic() - started, patience)
    if len(body) > _MUCH:  # to parse it takes long enough to delay all others
        return await asyncio.to_thread(_reading, line, call, reading, response, body)
    return _reading(line, call, reading, response, body)


def _reading(
    line: WorkspaceConnection,
    call: Request,
    reading: Reading[Model],
    response: httpx.Response,
    body: bytes,
) -> Model | ResponseVerdict:
    if response.status_code in call.absent:
        return ResponseVerdict(ResponseKind.ABSENT)
    verdict = classify_response(
        response.status_code, response.headers, body, now=line.clock(), cursor=call.cursor
    )
    if verdict.meaning is ResponseKind.BUSY:
        raise RateLimited(verdict.message, verdict.wait)
    if verdict.meaning is ResponseKind.BROKEN:
        raise TransientError(verdict.message)
    if verdict.meaning is not ResponseKind.BODY:
        return verdict
    try:
        return reading(body)
    except UnreadableBody as error:
        raise TransientError(
            "100ms' answer could not be read (it is cut off, or no JSON)"
        ) from error


def _note(
    line: WorkspaceConnection,
    call: Request,
    status: int | None,
    seconds: float,
    patience: RetryBudget,
) -> None:
    patience.spend(seconds)
    _log.debug(
        "hundredms.call",
        workspace=line.alias,
        call=call.name,
        status=status,
        seconds=round(seconds, 3),
    )
    if line.on_call:
        line.on_call(line.alias, call.name, status, seconds)


def _announce(
    line: WorkspaceConnection, call: Request, asker: Caller
) -> Callable[[RetryCallState], Awaitable[None]]:
    async def announce(state: RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        _log.info(
            "hundredms.retry",
            workspace=line.alias,
            call=call.name,
            reason=str(failure),
            seconds=round(state.upcoming_sleep, 1),
        )
        if asker.announcer and isinstance(failure, RateLimited):
            await asker.announcer.wait(state.upcoming_sleep)

    return announce


def _refused(answer: BaseModel | ResponseVerdict) -> bool:
    return isinstance(answer, ResponseVerdict) and answer.meaning is ResponseKind.REFUSED
