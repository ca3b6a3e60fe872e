"""Management tokens: how they are checked, and how a test makes one.

https://www.100ms.live/docs/get-started/v2/get-started/security-and-tokens
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import jwt
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from workbench.pretend_hundredms.answers import error_answer
from workbench.pretend_hundredms.book import WorkspaceBook
from workbench.pretend_hundredms.ids import uuid_of
from workbench.pretend_hundredms.stage import OPEN_PATHS, WORKSPACE, Stage

_CLAIMS = ("access_key", "type", "version", "jti", "iat", "nbf", "exp")


class BadToken(Exception):
    """The token does not open any workspace."""


def management_token(access_key: str, secret: str, now: datetime, /, **claims: object) -> str:
    """A token as a customer's server mints it; ``claims`` replaces single claims."""
    second = int(now.timestamp())
    usual: dict[str, Any] = {
        "access_key": access_key,
        "type": "management",
        "version": 2,
        "jti": uuid_of("jti", access_key, second),
        "iat": second,
        "nbf": second,
        "exp": second + 24 * 3600,
    }
    return jwt.encode({**usual, **claims}, secret, algorithm="HS256")


class Door:
    """Lets in only who shows a management token of a known workspace."""

    def __init__(self, app: ASGIApp, stage: Stage) -> None:
        self.app = app
        self.stage = stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and not scope["path"].startswith(OPEN_PATHS):
            try:
                scope[WORKSPACE] = self._workspace(Request(scope).headers)
            except BadToken as error:
                await self._turn_away(str(error))(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _turn_away(self, reason: str) -> ASGIApp:
        if self.stage.switches.bad_token == "403":
            return error_answer(403, "insufficient permissions")
        return error_answer(401, "Token validation error", reason)

    def _workspace(self, headers: Mapping[str, str]) -> WorkspaceBook:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise BadToken("not found")
        book = _book_of(token, self.stage.books)
        claims = _claims(token, book.workspace.secret)
        self._check(claims)
        return book

    def _check(self, claims: dict[str, Any]) -> None:
        now, leeway = self.stage.token_now().timestamp(), self.stage.switches.token_leeway_s
        if claims["type"] != "management" or claims["version"] != 2:
            raise BadToken("not a management token")
        if any(not isinstance(claims[name], int) for name in ("iat", "nbf", "exp")):
            raise BadToken("times must be whole seconds")
        if now >= claims["exp"] + leeway:
            raise BadToken("token expired")
        if now < claims["nbf"] - leeway:
            raise BadToken("token used before issued")


def _book_of(token: str, books: Iterable[WorkspaceBook]) -> WorkspaceBook:
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise BadToken("malformed token") from None
    for book in books:
        if book.workspace.access_key == claims.get("access_key"):
            return book
    raise BadToken("not found")


def _claims(token: str, secret: str) -> dict[str, Any]:
    # Times are checked by the pretend clock, which a test may move; not by the machine's.
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            options={
                "require": list(_CLAIMS),
                "verify_aud": False,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except jwt.InvalidTokenError:
        raise BadToken("signature or claims invalid") from None
    return claims
