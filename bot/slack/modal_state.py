"""Stores a modal's reply target between opening and submission.

Slack keeps `private_metadata` for us. A response_url is a secret, so it stays in our memory, and
the modal carries only a ticket for it. After a restart the answer takes another route.
https://docs.slack.dev/reference/views/modal-views
"""

import json
import secrets

from cachetools import TTLCache

from bot.slack.payloads import ReplyTarget, text_at
from bot.slack.response_url import LIFETIME_SECONDS, ResponseUrl

MAX_MODALS = 5000


class ModalState:
    """The response_urls of open modals."""

    def __init__(self) -> None:
        self._urls: TTLCache[str, ResponseUrl] = TTLCache(MAX_MODALS, LIFETIME_SECONDS)

    def save(self, target: ReplyTarget) -> str:
        """Store the target, and return the modal's private_metadata."""
        ticket = secrets.token_urlsafe(9)
        if target.url is not None:
            self._urls[ticket] = target.url
        return json.dumps({"channel": target.channel, "thread": target.thread, "ticket": ticket})

    def load(self, private_metadata: str, user: str) -> ReplyTarget:
        """Return the target for which a modal was opened."""
        try:
            facts = json.loads(private_metadata)
        except ValueError:
            facts = {}
        url = self._urls.get(text_at(facts, "ticket"))
        return ReplyTarget(user, text_at(facts, "channel"), text_at(facts, "thread"), url)
