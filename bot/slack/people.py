"""Asks Slack about people, and remembers the answers for a while.

`People` says whether a person is a guest and what their time zone is, if the optional scope
`users:read` is granted.
https://docs.slack.dev/reference/methods/users.info
"""

import asyncio
from dataclasses import dataclass

import structlog
from cachetools import TTLCache
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackTrouble
from bot.slack.identity import PEOPLE_SCOPE
from bot.slack.payloads import text_at, value_at
from bot.slack.sending.errors import SLACK_EXCEPTIONS, TRANSIENT, classify_error

CACHE_SECONDS = 300
"""Seconds for which an answer of Slack's is valid."""
MAX_PEOPLE = 5_000
READ_SECONDS = 1.5
"""Seconds to wait for Slack. Slack waits three seconds for the acknowledgement, and more work must
be done before it."""


@dataclass(frozen=True, slots=True)
class Person:
    """One member: guest or not, and time zone (`Europe/Oslo`; "" if Slack names none)."""

    guest: bool
    zone: str = ""
    name: str = ""
    """The name that Slack shows."""


class People:
    """Asks Slack about each person once in five minutes."""

    def __init__(self, client: AsyncWebClient, scopes: frozenset[str]) -> None:
        self._client = client
        self._granted = PEOPLE_SCOPE in scopes
        self._cache: TTLCache[str, Person | None] = TTLCache(MAX_PEOPLE, CACHE_SECONDS)
        self._requests: dict[str, asyncio.Task[Person | None]] = {}

    async def find(self, user: str) -> Person | None:
        """Return the person; None if the scope is not granted, or Slack refuses to tell.

        Raises SlackTrouble if Slack does not answer in time. A late answer is kept, so that a
        second try finds it.
        """
        if not self._granted or not user:
            return None
        if user in self._cache:
            return self._cache[user]
        request = self._requests.get(user)
        if request is None:
            request = self._requests[user] = asyncio.create_task(self._fetch(user))
            request.add_done_callback(lambda _: self._requests.pop(user, None))
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await asyncio.shield(request)
        except TimeoutError as error:
            request.add_done_callback(_ignore_result)
            raise _NO_ANSWER from error

    async def _fetch(self, user: str) -> Person | None:
        try:
            response = await self._client.users_info(user=user)
        except SLACK_EXCEPTIONS as error:
            cause, word = classify_error(error)
            structlog.get_logger("call_doctor").warning("person_unknown", error=word)
            if cause in TRANSIENT:
                raise _NO_ANSWER from error
            self._cache[user] = None
            return None
        profile = value_at(response.data, "user")
        restricted = (value_at(profile, "is_restricted"), value_at(profile, "is_ultra_restricted"))
        name = text_at(profile, "profile", "display_name") or text_at(profile, "real_name")
        person = Person(any(restricted), text_at(profile, "tz"), name)
        self._cache[user] = person
        return person


_NO_ANSWER = SlackTrouble(
    "Slack did not say in time who you are.",
    headline="Slack did not answer",
    next_step="Try again in a minute.",
)


def _ignore_result(request: "asyncio.Task[Person | None]") -> None:
    """Read the exception of a late answer, so that Python does not warn about it."""
    if not request.cancelled():
        request.exception()
