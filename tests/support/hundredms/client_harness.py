"""A client of a scripted 100ms, with a clock moved by tests and sleeps that take no time."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt

from bot.hundredms.workspaces import CallLimits, Credentials, HundredMsClient, open_workspaces

NOW = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
KEY = "0123456789abcdef0000000a"
SECRET = "a-made-up-secret-of-a-workspace-0123456789"
ROOM = "6600aa11bb22cc33dd44ee55"
SESSION = "6600aa12bb22cc33dd44ee56"
PEER = "0b2f6c1e-9a3d-4c55-8e2b-7d1f0a6b9c11"
URL = "http://pretend.test/v2"

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]
EMPTY = {"limit": 0, "total": 0, "next": "", "events": []}


def event(**data: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "id": "00000000-0000-4000-8000-000000000001",
        "timestamp": "2026-05-01T09:00:01.123456789Z",
        "type": "client.join.failed",
        "data": {"room_id": ROOM, **data},
    }


def page(*events: object, total: object = None, after: object = "") -> httpx.Response:
    return httpx.Response(
        200, json={"limit": len(events), "total": total, "next": after, "events": events}
    )


@dataclass
class Neighbour:
    """Returns scripted responses in turn, repeating the last, and records the requests."""

    answers: list[Answer]
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=answer.content
            )
        return answer(request)

    def queries(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.asked]

    def tokens(self) -> list[str]:
        return [request.headers["authorization"].removeprefix("Bearer ") for request in self.asked]

    def claims(self, number: int) -> dict[str, Any]:
        token = jwt.decode_complete(
            self.tokens()[number],
            SECRET,
            algorithms=["HS256"],
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        assert token["header"]["alg"] == "HS256"
        claims: dict[str, Any] = token["payload"]
        return claims


@dataclass
class Bench:
    """A client, its scripted 100ms, the pauses it made and the progress it reported."""

    client: HundredMsClient
    neighbour: Neighbour
    pauses: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, int | None]] = field(default_factory=list)
    now: datetime = NOW

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@asynccontextmanager
async def bench(
    *answers: Answer,
    token: str = "",
    limits: CallLimits | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Bench]:
    """Run a client of workspace `main` with these responses."""
    neighbour = Neighbour(list(answers) or [httpx.Response(200, json=EMPTY)])
    made: list[Bench] = []

    async def sleep(seconds: float) -> None:
        made[0].pauses.append(seconds)

    async def tell(sentence: str) -> None:
        made[0].told.append(sentence)

    async with open_workspaces(
        [Credentials("main", KEY, SECRET, token, URL)],
        clock=lambda: made[0].now,
        transport=transport or httpx.MockTransport(neighbour),
        limits=limits,
        sleep=sleep,
        on_call=lambda alias, name, status, _seconds: made[0].calls.append((alias, name, status)),
    ) as clients:
        made.append(Bench(clients["main"].reporting_to(tell), neighbour))
        yield made[0]


def subclasses(base: type[Exception]) -> Iterable[type[Exception]]:
    """Return the class and all its subclasses."""
    yield base
    for child in base.__subclasses__():
        yield from subclasses(child)
