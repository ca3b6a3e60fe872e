"""Delivery to the bot: signed HTTP requests or socket envelopes, and retries of events."""

import asyncio
import hashlib
import hmac
import json
import time
import urllib.parse
from typing import Any

import httpx

from workbench.pretend_slack.records import Json
from workbench.pretend_slack.sockets import Hub, NoSocket
from workbench.pretend_slack.state import Team
from workbench.pretend_slack.traffic import Attempt, Delivery

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
# The error in words that the person sees is Slack's own.
_SEEN_BY_USER = {"http_timeout": "operation_timeout"}
_ACCEPTING_ANSWERS = ("slash_commands", "view_submission", "block_suggestion")


def sign(secret: str, body: bytes, at: int) -> str:
    """The v0 signature of a body sent `at` seconds.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    base = b"v0:" + str(at).encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(secret: str, body: bytes, kind: str, at: float | None = None) -> dict[str, str]:
    """The headers of a signed request."""
    seconds = int(time.time() if at is None else at)
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": str(seconds),
        "X-Slack-Signature": sign(secret, body, seconds),
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    }


def encode(kind: str, payload: Json) -> tuple[bytes, str]:
    """A payload as an HTTP body and its content type."""
    if kind == "slash_commands":
        return urllib.parse.urlencode(payload).encode(), FORM
    if kind == "interactive":
        return urllib.parse.urlencode({"payload": json.dumps(payload)}).encode(), FORM
    return json.dumps(payload).encode(), JSON


class Postman:
    """Carries payloads to the bot and keeps what came of it in `team.deliveries`."""

    def __init__(self, team: Team, hub: Hub) -> None:
        self._team = team
        self._hub = hub
        self._tasks: set[asyncio.Task[Any]] = set()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
        self._http = httpx.AsyncClient(limits=limits, trust_env=False)

    async def carry(self, kind: str, payload: Json) -> Delivery:
        """Deliver once; events that fail are tried again in the background."""
        delivery = Delivery(kind, payload)
        self._team.deliveries.append(delivery)
        await self.attempt(delivery)
        if kind == "events_api" and not delivery.acked:
            self._keep(asyncio.create_task(self._try_again(delivery)))
        if kind != "events_api" and not delivery.acked:
            delivery.user_error = _SEEN_BY_USER.get(delivery.error, "dispatch_failed")
        return delivery

    def carry_later(self, payload: Json) -> None:
        """Deliver an event in the background."""
        self._keep(asyncio.create_task(self.carry("events_api", payload)))

    async def attempt(self, delivery: Delivery, number: int = 0, reason: str = "") -> Attempt:
        """Hand a delivery over once more, as Slack does when it doubts; number from 1."""
        started = time.monotonic()
        attempt = Attempt(0)
        if self._team.request_url:
            await self._by_http(delivery, attempt, number, reason)
        else:
            await self._by_socket(delivery, attempt, number, reason)
        attempt.took = time.monotonic() - started
        delivery.attempts.append(attempt)
        return attempt

    async def post(self, body: bytes, headers: dict[str, str]) -> Attempt:
        """Send any bytes with any headers to the bot's request address."""
        started = time.monotonic()
        attempt = Attempt(0)
        try:
            response = await self._http.post(
                self._team.request_url,
                content=body,
                headers=headers,
                timeout=self._team.ack_seconds,
            )
        except httpx.TimeoutException:
            attempt.error = "http_timeout"
        except httpx.HTTPError:
            attempt.error = "connection_failed"
        else:
            attempt.status, attempt.body = response.status_code, _read(response)
            attempt.headers = dict(response.headers)
            attempt.error = "" if response.is_success else "http_error"
        attempt.took = time.monotonic() - started
        return attempt

    async def settled(self) -> None:
        """Wait until no event waits for its delivery or for another try."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Forget all retries and close the connections."""
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try_again(self, delivery: Delivery) -> None:
        for number, delay in enumerate(self._team.retry_delays, start=1):
            last = delivery.attempts[-1]
            if last.headers.get("x-slack-no-retry") == "1":
                return
            await asyncio.sleep(delay)
            await self.attempt(delivery, number, last.error)
            if delivery.acked:
                return

    async def _by_http(
        self, delivery: Delivery, attempt: Attempt, number: int, reason: str
    ) -> None:
        body, kind = encode(delivery.kind, delivery.payload)
        headers = signed_headers(self._team.app.signing_secret, body, kind)
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        made = await self.post(body, headers)
        attempt.status, attempt.body, attempt.error = made.status, made.body, made.error
        attempt.headers = made.headers

    async def _by_socket(
        self, delivery: Delivery, attempt: Attempt, number: int, reason: str
    ) -> None:
        kind = delivery.kind
        more: Json = {
            "accepts_response_payload": kind in _ACCEPTING_ANSWERS
            or delivery.payload.get("type") in _ACCEPTING_ANSWERS
        }
        if kind == "events_api":
            more |= {"retry_attempt": number, "retry_reason": reason}
        try:
            attempt.body = await self._hub.send(kind, delivery.payload, **more)
            attempt.status = 200
        except TimeoutError:
            # Without an ack over a socket the person reads dispatch_failed, not operation_timeout.
            attempt.error = "timeout"
        except NoSocket:
            attempt.error = "connection_failed"


def _read(response: httpx.Response) -> object:
    """An answer's body: JSON, text, or None when it's empty."""
    if not response.content:
        return None
    if response.headers.get("content-type", "").startswith(JSON):
        try:
            return response.json()
        except ValueError:
            return response.text
    return response.text
