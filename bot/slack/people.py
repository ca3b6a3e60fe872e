"""What Slack knows of a person, where the optional scope `users:read` is granted.

https://docs.slack.dev/reference/methods/users.info
"""

import asyncio
from dataclasses import dataclass

import structlog
from cachetools import TTLCache
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackTrouble
from bot.slack.errors import PASSING, TROUBLES, cause_of
from bot.slack.payloads import at, text_at
from bot.slack.scopes import PEOPLE

FRESH_SECONDS = 300.0
MOST = 5_000
READ_SECONDS = 1.0
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
        self._known: TTLCache[str, Person] = TTLCache(MOST, FRESH_SECONDS)

    async def find(self, user: str) -> Person | None:
        """The person; None where the scope is not granted, or Slack will not tell.

        Raises SlackTrouble if Slack does not answer in time.
        """
        if not self._granted or not user:
            return None
        if user not in self._known:
            found = await self._ask(user)
            if found is None:
                return None
            self._known[user] = found
        return self._known[user]

    async def _ask(self, user: str) -> Person | None:
        try:
            async with asyncio.timeout(READ_SECONDS):
                response = await self._client.users_info(user=user)
        except TROUBLES as error:
            cause, word = cause_of(error)
            structlog.get_logger("call_doctor").warning("person_unknown", error=word)
            if cause in PASSING:
                raise SlackTrouble(
                    "Slack did not say in time who you are.",
                    headline="Slack did not answer",
                    next_step="Try again in a minute.",
                ) from error
            return None
        facts = at(response.data, "user")
        restricted = (at(facts, "is_restricted"), at(facts, "is_ultra_restricted"))
        return Person(any(restricted), text_at(facts, "tz"))
