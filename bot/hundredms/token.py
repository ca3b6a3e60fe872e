"""The management token: minted from a workspace's key and secret, kept in memory only.

https://www.100ms.live/docs/server-side/v2/how-to-guides/make-api-calls names the claims.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import jwt

CLOCK_TOLERANCE = timedelta(seconds=30)
LIFETIME = timedelta(hours=24)
RENEWAL_MARGIN = timedelta(minutes=5)


def mint(access_key: str, secret: str, now: datetime) -> str:
    """A management token as 100ms wants it, signed with HS256, for 24 hours from `now`.

    It is back-dated by 30 s, because 100ms refuses one from the future and clocks differ.
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

    With a ready-made `token` nothing is minted, and nothing can be renewed.
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
        return "TokenSource(…)"  # never the secret, whoever prints it

    @property
    def can_renew(self) -> bool:
        """False for a ready-made token: a second try would send the same one."""
        return not self._is_static

    def get(self) -> str:
        """A token that is good for five more minutes at least (a ready-made one: as it is)."""
        if self.can_renew and (self._valid_until is None or self._clock() >= self._valid_until):
            self._mint()
        return self._token

    def renew(self, refused: str) -> str:
        """A token other than the refused one.

        Calls run side by side: if another call has renewed already, its token is the answer.
        """
        if self.can_renew and self._token == refused:
            self._mint()
        return self._token

    def _mint(self) -> None:
        now = self._clock()
        self._token = mint(self._access_key, self._secret, now)
        self._valid_until = now + LIFETIME - RENEWAL_MARGIN
