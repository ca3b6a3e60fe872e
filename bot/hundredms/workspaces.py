"""Opens a client for each configured 100ms workspace."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

import httpx
from httpx_aiohttp import HttpxAiohttpClient

from bot.domain.errors import Misconfigured
from bot.domain.web_address import check_address
from bot.hundredms.circuit_breaker import Circuit
from bot.hundredms.client import HundredMsClient
from bot.hundredms.concurrency import ConcurrencyLimiter
from bot.hundredms.error_events import clear_caches
from bot.hundredms.retries import CallLimits
from bot.hundredms.token import TokenSource
from bot.hundredms.transport import OnCall, WorkspaceConnection
from bot.investigate.ports import Clock

__all__ = [
    "CallLimits",
    "Credentials",
    "HundredMsClient",
    "OnCall",
    "clear_caches",
    "open_workspaces",
]

_CONNECTIONS = 64
_IDLE_SECONDS = 50.0
"""Idle connections are kept for so long: a new one costs three round trips before its first
answer.

httpx' own five seconds would close them between any two look-ups; load balancers close idle
connections after a minute. If the far side has closed a connection, that is noticed or costs a
retry.
"""


@dataclass(frozen=True, slots=True)
class Credentials:
    """One workspace: access key and secret, or a ready-made management token instead."""

    alias: str
    access_key: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    url: str = "https://api.100ms.live/v2"


@asynccontextmanager
async def open_workspaces(
    settings: Sequence[Credentials],
    *,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
    limits: CallLimits | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    on_call: OnCall | None = None,
) -> AsyncIterator[dict[str, HundredMsClient]]:
    """Yield the clients by alias, in order of the settings, over one pool of connections.

    Raises Misconfigured for a workspace without credentials or with an unusable URL.
    """
    limits = limits or CallLimits()
    fingerprint_key = secrets.token_bytes(32)
    async with _open_client(settings, transport, limits) as http:
        clients = {}
        for credentials in settings:
            _check_credentials(credentials, local=transport is not None)
            connection = WorkspaceConnection(
                alias=credentials.alias,
                url=credentials.url,
                http=http,
                tokens=_token_source(credentials, clock),
                limiter=ConcurrencyLimiter(limits.in_flight),
                circuit=Circuit(credentials.alias, limits),
                clock=clock,
                limits=limits,
                sleep=sleep,
                on_call=on_call,
            )
            clients[credentials.alias] = HundredMsClient(connection, fingerprint_key)
        yield clients


def _token_source(credentials: Credentials, clock: Clock) -> TokenSource:
    return TokenSource(
        access_key=credentials.access_key,
        secret=credentials.secret,
        token=credentials.token,
        clock=clock,
    )


def _open_client(
    settings: Sequence[Credentials], transport: httpx.AsyncBaseTransport | None, limits: CallLimits
) -> httpx.AsyncClient:
    local = transport is not None or any(_is_loopback(credentials.url) for credentials in settings)
    # aiohttp's connections: its parser is written in C and reads a page in a seventh of httpcore's
    # time.
    return HttpxAiohttpClient(
        transport=transport,
        trust_env=not local,  # an environment's proxy does not reach this machine's own services
        follow_redirects=False,  # a token goes only to the configured host
        timeout=httpx.Timeout(limits.attempt, connect=limits.connect),
        limits=httpx.Limits(
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
        ),
    )


def _check_credentials(credentials: Credentials, *, local: bool) -> None:
    if not credentials.token and not (credentials.access_key and credentials.secret):
        raise Misconfigured(
            f"The 100ms workspace `{credentials.alias}` has no credentials: set HMS_ACCESS_KEY and "
            "HMS_SECRET, or HMS_MANAGEMENT_TOKEN."
        )
    check_address(f"HMS_API_URL of `{credentials.alias}`", credentials.url, local=local)


def _is_loopback(url: str) -> bool:
    try:
        host = httpx.URL(url).host
        return host == "localhost" or ip_address(host).is_loopback
    except (httpx.InvalidURL, ValueError):
        return False
