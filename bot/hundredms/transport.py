"""Sends one GET to 100ms: attempts, retries, waits, and one token renewal.

No httpx error leaves this module. Bodies are decompressed here and not by httpx, which does not
limit the size to which a few bytes may expand.
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
    busy_message,
    circuit_open_message,
    classify_response,
    refused_message,
)
from bot.hundredms.retries import CallLimits, RateLimited, RetryBudget, TransientError
from bot.hundredms.token import TokenSource
from bot.investigate.ports import Clock

TRANSPORT_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    ClientError,
    OSError,
    MemoryError,
)
"""Errors for a missing or incomplete answer; httpx does not convert aiohttp's own ClientError."""

_MAX_LENGTH_DIGITS = 18


def to_transient_error(error: BaseException) -> TransientError:
    """Return the failure in words for the asker.

    aiohttp's transport for httpx reports every lost connection as a timeout; the cause is more
    exact.
    """
    cause = error.__cause__ if isinstance(error.__cause__, ClientError) else error
    if isinstance(cause, TimeoutError | httpx.TimeoutException):
        return TransientError("100ms did not answer in time")
    return TransientError(f"The connection to 100ms failed ({type(cause).__name__})")


class BodyRejected(Exception):
    """A body that is not read: too large, or in a coding that was not asked for."""


async def send(
    http: httpx.AsyncClient, url: str, request: Request, token: str
) -> tuple[httpx.Response, bytes]:
    """Return the response and its whole body, decompressed.

    Raises the errors of `TRANSPORT_ERRORS`, TransientError for a body that ends early, and
    BodyRejected for a body that is too large or in a coding other than gzip.
    """
    headers = {
        b"Authorization": b"Bearer " + token.encode(),
        b"Content-Type": b"application/json",
        b"Accept": b"application/json",
        b"Accept-Encoding": b"gzip",
    }
    address = f"{url.rstrip('/')}/{request.path}"
    if request.params:  # httpx would parse the address a second time to add them
        address += f"?{urlencode(request.params, doseq=True)}"
    http_request = http.build_request("GET", address, headers=headers)
    response = await http.send(http_request, stream=True)
    try:
        return response, await read_body(response, request.max_body)
    finally:
        await response.aclose()


async def read_body(response: httpx.Response, max_size: int) -> bytes:
    """Return the body of a streamed response, decompressed.

    Raises TransientError if it ends early, and BodyRejected if it has more than `max_size` bytes or
    another coding than gzip.
    """
    content_length = response.headers.get("content-length", "")
    if content_length.isdecimal() and (
        len(content_length) > _MAX_LENGTH_DIGITS or int(content_length) > max_size
    ):
        raise BodyRejected(_too_large_message(max_size))
    decompressor = _make_decompressor(response.headers.get("content-encoding", ""))
    body, received = bytearray(), 0
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101  `http` is async
    async for chunk in response.stream:
        received += len(chunk)
        body += (
            _decompress(decompressor, chunk, max_size + 1 - len(body)) if decompressor else chunk
        )
        if max(received, len(body)) > max_size:
            raise BodyRejected(_too_large_message(max_size))
    if decompressor and received and not decompressor.eof:
        raise TransientError("The answer of 100ms is cut off")
    return bytes(body)


def _decompress(decompressor: "zlib._Decompress", chunk: bytes, max_length: int) -> bytes:
    try:
        return decompressor.decompress(chunk, max_length)
    except zlib.error as error:
        raise TransientError("The answer of 100ms could not be unpacked") from error


def _make_decompressor(coding: str) -> "zlib._Decompress | None":
    """Return the decompressor of the body; None if the body is not compressed."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return None
    if coding != "gzip":
        raise BodyRejected("the answer of 100ms is compressed in an unexpected way")
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _too_large_message(max_size: int) -> str:
    return f"the answer of 100ms is too large to read (more than {max_size // 1_000_000} MB)"


OnCall = Callable[[str, str, int | None, float], None]
"""Called after each attempt: alias, endpoint, HTTP status (None: no answer), seconds."""

Model = TypeVar("Model", bound=BaseModel)
Parser = Callable[[bytes], Model]
"""Parses a body into a model. Raises UnreadableBody."""

_LARGE_BODY = 1_000_000
"""Larger bodies, in bytes, are parsed in a thread beside the event loop."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkspaceConnection:
    """The connection, token, limits and circuit that all calls to one workspace share."""

    alias: str
    url: str
    http: httpx.AsyncClient
    tokens: TokenSource
    limiter: ConcurrencyLimiter
    circuit: Circuit
    clock: Clock
    limits: CallLimits = field(default_factory=CallLimits)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    on_call: OnCall | None = None


async def send_with_retries(
    connection: WorkspaceConnection,
    request: Request,
    parse: Parser[Model],
    caller: Caller = ANONYMOUS,
) -> Model | ResponseVerdict:
    """Return the parsed answer, or the verdict: ABSENT, REJECTED or EXPIRED_CURSOR.

    Raises HundredMsUnreachable, HundredMsBusy and HundredMsRefused; HundredMsUnreachable at once
    while the workspace's circuit is open.
    """
    budget = RetryBudget(connection.limits)
    retrying = AsyncRetrying(
        retry=retry_if_exception_type((TransientError, RateLimited)),
        wait=budget.wait,
        stop=budget.stop,
        sleep=connection.sleep,
        before_sleep=_make_before_sleep(connection, request, caller),
        reraise=True,
    )
    try:
        return await retrying(_with_token, connection, request, parse, budget, caller)
    except CircuitOpen as error:
        raise HundredMsUnreachable(circuit_open_message(connection.alias)) from error
    except TransientError as error:
        _log.warning("hundredms.unreachable", workspace=connection.alias, call=request.name)
        raise HundredMsUnreachable(f"{error}.") from error
    except BodyRejected as error:
        _log.warning(
            "hundredms.unread", workspace=connection.alias, call=request.name, reason=str(error)
        )
        raise HundredMsUnreachable(f"{error}.") from error
    except RateLimited as error:
        _log.warning("hundredms.busy", workspace=connection.alias, call=request.name)
        raise HundredMsBusy(busy_message(error.seconds)) from error


async def _with_token(
    connection: WorkspaceConnection,
    request: Request,
    parse: Parser[Model],
    budget: RetryBudget,
    caller: Caller,
) -> Model | ResponseVerdict:
    token = connection.tokens.get()
    answer = await _attempt(connection, request, parse, budget, token, caller)
    if _is_refused(answer) and connection.tokens.can_renew:
        answer = await _attempt(
            connection, request, parse, budget, connection.tokens.renew(token), caller
        )
    if isinstance(answer, ResponseVerdict) and _is_refused(answer):
        _log.error("hundredms.refused", workspace=connection.alias, call=request.name)
        raise HundredMsRefused(
            refused_message(connection.alias, answer.message, can_renew=connection.tokens.can_renew)
        )
    return answer


async def _attempt(
    connection: WorkspaceConnection,
    request: Request,
    parse: Parser[Model],
    budget: RetryBudget,
    token: str,
    caller: Caller,
) -> Model | ResponseVerdict:
    connection.circuit.raise_if_open()
    async with connection.limiter.slot(caller.priority(request), caller) as round_number:
        try:
            answer = await connection.circuit.run(
                request, lambda: _exchange(connection, request, parse, budget, token)
            )
        except RateLimited:
            connection.limiter.on_rate_limit(round_number)
            raise
    connection.limiter.on_success()
    return answer


async def _exchange(
    connection: WorkspaceConnection,
    request: Request,
    parse: Parser[Model],
    budget: RetryBudget,
    token: str,
) -> Model | ResponseVerdict:
    started = time.monotonic()
    status: int | None = None
    try:
        async with asyncio.timeout(connection.circuit.attempt_timeout(budget.attempt_seconds)):
            response, body = await send(connection.http, connection.url, request, token)
        status = response.status_code
    except TRANSPORT_ERRORS as error:
        raise to_transient_error(error) from error
    finally:
        _record_attempt(connection, request, status, time.monotonic() - started, budget)
    if len(body) > _LARGE_BODY:  # parsing it here would delay all other calls
        return await asyncio.to_thread(_parse_response, connection, request, parse, response, body)
    return _parse_response(connection, request, parse, response, body)


def _parse_response(
    connection: WorkspaceConnection,
    request: Request,
    parse: Parser[Model],
    response: httpx.Response,
    body: bytes,
) -> Model | ResponseVerdict:
    if response.status_code in request.absent_statuses:
        return ResponseVerdict(ResponseKind.ABSENT)
    verdict = classify_response(
        response.status_code,
        response.headers,
        body,
        now=connection.clock(),
        has_cursor=request.has_cursor,
    )
    if verdict.kind is ResponseKind.RATE_LIMITED:
        raise RateLimited(verdict.message, verdict.wait)
    if verdict.kind is ResponseKind.SERVER_ERROR:
        raise TransientError(verdict.message)
    if verdict.kind is not ResponseKind.OK:
        return verdict
    try:
        return parse(body)
    except UnreadableBody as error:
        raise TransientError(
            "The answer of 100ms could not be read (it is cut off, or no JSON)"
        ) from error


def _record_attempt(
    connection: WorkspaceConnection,
    request: Request,
    status: int | None,
    seconds: float,
    budget: RetryBudget,
) -> None:
    budget.spend(seconds)
    _log.debug(
        "hundredms.call",
        workspace=connection.alias,
        call=request.name,
        status=status,
        seconds=round(seconds, 3),
    )
    if connection.on_call:
        connection.on_call(connection.alias, request.name, status, seconds)


def _make_before_sleep(
    connection: WorkspaceConnection, request: Request, caller: Caller
) -> Callable[[RetryCallState], Awaitable[None]]:
    async def announce(state: RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        _log.info(
            "hundredms.retry",
            workspace=connection.alias,
            call=request.name,
            reason=str(failure),
            seconds=round(state.upcoming_sleep, 1),
        )
        if caller.wait_notifier and isinstance(failure, RateLimited):
            await caller.wait_notifier.announce(state.upcoming_sleep)

    return announce


def _is_refused(answer: BaseModel | ResponseVerdict) -> bool:
    return isinstance(answer, ResponseVerdict) and answer.kind is ResponseKind.UNAUTHORIZED
