"""What Slack knows of a person, where the optional scope `users:read` is granted.

https://docs.slack.dev/reference/methods/users.info
"""

import asyncio
from dataclasses import dataclass

import structlog
from cachetools import TTLCache
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackTrouble
from bot.slack.identity import PEOPLE
from bot.slack.payloads import at, text_at
from bot.slack.sending.errors import TRANSIENT, SLACK_EXCEPTIONS, cause_of

FRESH_SECONDS = 300.0
MOST = 5_000
READ_SECONDS = 1.5
"""Slack waits three seconds for the acknowledgement, and more is to be done before it."""


@dataclass(frozen=True, slots=True)
class Person:
    """One member: a guest or not, and their time zone (`Europe/Oslo`; "" if Slack names none)."""

    guest: bool
    zone: str = ""


class People:
    """Asks Slack for a person once in five minutes."""

    def __init__(self, client: AsyncWebClient, scopes: frozenset[str]) -> None:
        self._client = client
        self._granted = PEOPLE in scopes
        self._known: TTLCache[str, Person | None] = TTLCache(MOST, FRESH_SECONDS)
        self._asking: dict[str, asyncio.Task[Person | None]] = {}

    async def find(self, user: str) -> Person | None:
        """The person; None where the scope is not granted, or Slack will not tell.

        Raises SlackTrouble if Slack does not answer in time; what it answers later is kept, so
        that a second try finds it.
        """
        if not self._granted or not user:
            return None
        if user in self._known:
            return self._known[user]
        asking = self._asking.get(user)
        if asking is None:
            asking = self._asking[user] = asyncio.create_task(self._ask(user))
            asking.add_done_callback(lambda _: self._asking.pop(user, None))
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await asyncio.shield(asking)
        except TimeoutError as error:
            asking.add_done_callback(_look_at)
            raise _NO_ANSWER from error

    async def _ask(self, user: str) -> Person | None:
        try:
            response = await self._client.users_info(user=user)
        except SLACK_EXCEPTIONS as error:
            cause, word = cause_of(error)
            structlog.get_logger("call_doctor").warning("person_unknown", error=word)
            if cause in TRANSIENT:
                raise _NO_ANSWER from error
            self._known[user] = None
            return None
        facts = at(response.data, "user")
        restricted = (at(facts, "is_restricted"), at(facts, "is_ultra_restricted"))
        found = Person(any(restricted), text_at(facts, "tz"))
        self._known[user] = found
        return found


_NO_ANSWER = SlackTrouble(
    "Slack did not say in time who you are.",
    headline="Slack did not answer",
    next_step="Try again in a minute.",
)


def _look_at(asking: "asyncio.Task[Person | None]") -> None:
    """Read what a late answer raised, so that Python does not warn of it."""
    if not asking.cancelled():
        asking.exception()
