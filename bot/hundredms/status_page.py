"""Reads a public status page: any Atlassian Statuspage, by `/api/v2/incidents.json`.

The page is somebody else's: it gets no credentials, its body is bounded, and a redirect is not
followed, since it could lead into our own network. A page that redirects counts as unreadable.
https://developer.statuspage.io
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import structlog
from httpx_aiohttp import HttpxAiohttpClient
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.domain.status_page import MAX_LINK, Incident, shorten_name
from bot.domain.web_address import check_address, is_loopback
from bot.hundredms.lenient import Text, Time, UnreadableBody, as_list, parse_body, sanitize
from bot.hundredms.retries import TransientError
from bot.hundredms.transport import TRANSPORT_ERRORS, BodyRejected, read_body

CACHE_SECONDS = 60.0
READ_SECONDS = 2.0
MAX_PAGE = 2_000_000
"""The largest page that is read, in bytes. Fifty incidents with updates take a tenth of that."""
_MAX_INCIDENTS, _MAX_UPDATES, _MAX_UPDATE = 200, 50, 2000
_SAFE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_SAFE_LINK = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_SHORT_LINKS = "stspg.io"
"""The host of the short links that Statuspage makes."""
_UNSAFE_IN_LINK = frozenset("<>|\"'`\\{}^")
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip"}


class _WireModel(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _UpdateWire(_WireModel):
    body: Text = None


class _IncidentWire(_WireModel):
    id: Text = None
    name: Text = None
    shortlink: Text = None
    created_at: Time = None
    started_at: Time = None
    resolved_at: Time = None
    incident_updates: Annotated[list[_UpdateWire], BeforeValidator(as_list)] = Field(
        default_factory=list
    )


class _IncidentsWire(_WireModel):
    incidents: list[_IncidentWire]


class HttpStatusPage:
    """See `bot.domain.status_page.StatusPage`. Open it with `open_status_page`."""

    def __init__(
        self, url: str, http: httpx.AsyncClient, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url.rstrip("/")
        self._http = http
        self._timer = timer
        self._lock = asyncio.Lock()
        self._cached: tuple[float, tuple[Incident, ...]] | None = None

    async def incidents(self) -> tuple[Incident, ...] | None:
        """Return the page's incidents, read within two seconds; None if that fails."""
        try:
            async with asyncio.timeout(READ_SECONDS), self._lock:
                return await self._read_cached()
        except (*TRANSPORT_ERRORS, BodyRejected, TransientError, UnreadableBody) as error:
            structlog.get_logger(__name__).info("status_page.unread", error=type(error).__name__)
            return None

    async def _read_cached(self) -> tuple[Incident, ...]:
        now = self._timer()
        if self._cached is not None and now - self._cached[0] < CACHE_SECONDS:
            return self._cached[1]
        incidents = await self._read()
        self._cached = (now, incidents)
        return incidents

    async def _read(self) -> tuple[Incident, ...]:
        address = f"{self._url}/api/v2/incidents.json"
        request = self._http.build_request("GET", address, headers=_HEADERS)
        response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            if response.status_code != httpx.codes.OK:
                raise UnreadableBody(str(response.status_code))
            body = await read_body(response, MAX_PAGE)
        finally:
            await response.aclose()
        wire = await asyncio.to_thread(parse_body, _IncidentsWire, body)
        return tuple(_parse_incident(row, self._url) for row in wire.incidents[:_MAX_INCIDENTS])


def _parse_incident(wire: _IncidentWire, url: str) -> Incident:
    """Return the incident. Raises UnreadableBody if its name or time is missing.

    Without it nobody can say that the page shows nothing for a time.
    """
    name = sanitize(wire.name)
    posted = wire.created_at or wire.started_at
    if name is None or posted is None:
        raise UnreadableBody("incident")
    updates = wire.incident_updates[:_MAX_UPDATES]
    return Incident(
        id=(wire.id or name)[:64],
        name=shorten_name(name),
        link=_link_of(wire, url),
        begins=min(posted, wire.started_at or posted),
        posted=posted,
        ends=wire.resolved_at,
        text="\n".join((update.body or "")[:_MAX_UPDATE] for update in updates),
    )


def _link_of(wire: _IncidentWire, url: str) -> str:
    """Return the incident's short link if Statuspage or the page itself has it, else its page here.

    A link of another host would send the readers of an answer wherever the page likes.
    """
    link = wire.shortlink or ""
    if _is_plain(link, {_SHORT_LINKS, urlsplit(url).hostname or ""}):
        return link
    return f"{url}/incidents/{wire.id}" if _SAFE_ID.fullmatch(wire.id or "") else url


def _is_plain(link: str, hosts: Collection[str]) -> bool:
    if len(link) > MAX_LINK or not _SAFE_LINK.fullmatch(link) or _UNSAFE_IN_LINK & set(link):
        return False
    try:
        parts, port = urlsplit(link), urlsplit(link).port
    except ValueError:
        return False
    return parts.hostname in hosts and "@" not in parts.netloc and port != 0


@asynccontextmanager
async def open_status_page(url: str) -> AsyncIterator[HttpStatusPage | None]:
    """Yield the status page at `url`; None if it is "". Raises Misconfigured for an unusable URL.

    Plain http is allowed: nothing secret is sent there.
    """
    if not url:
        yield None
        return
    check_address("STATUS_URL", url, local=True)
    local = is_loopback(urlsplit(url))
    timeout = httpx.Timeout(READ_SECONDS)
    async with HttpxAiohttpClient(
        trust_env=not local, follow_redirects=False, timeout=timeout
    ) as http:
        yield HttpStatusPage(url, http)
