"""The management token: made from a workspace's key and secret, kept in memory only.

The claims are documented at
https://www.100ms.live/docs/server-side/v2/how-to-guides/make-api-calls.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import jwt

CLOCK_TOLERANCE = timedelta(seconds=30)
LIFETIME = timedelta(hours=24)
RENEWAL_MARGIN = timedelta(minutes=5)


def mint(access_key: str, secret: str, now: datetime) -> str:
    """Return a new management token, signed with HS256, valid for 24 hours from `now`.

    It is back-dated by 30 s, because 100ms refuses a token from the future and clocks differ.
    """
    issued = int((now - CLOCK_TOLERANCE).timestamp())
    claims = {
        "access_key": access_key,
        "type": "management",
        "version": 2,
        "jti": str(uuid4()),
        "iat": issued,
        "nbf": issued,
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jwt.encode(claims, secret, algorithm="HS256")


class TokenSource:
    """The current token of one workspace.

    A ready-made `token` is used as it is and cannot be renewed.
    """

    def __init__(
        self, *, access_key: str, secret: str, token: str, clock: Callable[[], datetime]
    ) -> None:
        self._access_key = access_key
        self._secret = secret
        self._token = token
        self._clock = clock
        self._valid_until: datetime | None = None
        self._is_static = bool(token)

    def __repr__(self) -> str:
        return "TokenSource(…)"  # so that nothing prints the secret

    @property
    def can_renew(self) -> bool:
        """False for a ready-made token: a second try would send the same one."""
        return not self._is_static

    def get(self) -> str:
        """Return a token valid for at least five more minutes (a ready-made token: as it is)."""
        if self.can_renew and (self._valid_until is None or self._clock() >= self._valid_until):
            self._mint()
        return self._token

    def renew(self, refused: str) -> str:
        """Return a token other than the refused one.

        Calls run side by side: if another call has renewed the token already, return that token.
        """
        if self.can_renew and self._token == refused:
            self._mint()
        return self._token

    def _mint(self) -> None:
        now = self._clock()
        self._token = mint(self._access_key, self._secret, now)
        self._valid_until = now + LIFETIME - RENEWAL_MARGIN
