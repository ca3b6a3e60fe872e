"""The pretend 100ms with a few rooms, a clock that tests move, and a client with a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from starlette.applications import Starlette

from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.auth import management_token
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.failures import (
    gave_up,
    join_refused,
    media_path,
    signal_lost,
    unreachable,
)
from workbench.pretend_hundredms.generate import Scene
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_hundredms.world import PretendRoom, PretendWorkspace, World

NOW = datetime(2026, 5, 1, 10, 0, 0, tzinfo=UTC)
KEY, SECRET = "0123456789abcdef0000000a", "a-made-up-secret-for-workspace-a-0123456789"
OTHER_KEY, OTHER_SECRET = "0123456789abcdef0000000b", "a-made-up-secret-for-workspace-b-0123456789"
ACCOUNT = "0123456789abcdef000000a1"
BASE = "http://pretend.test/v2"
EVENTS = f"{BASE}/analytics/events"


class MovableClock:
    """The pretend present."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def desk(name: str = "desk") -> PretendRoom:
    """30 error events (3 terminal) of three people, one a minute, and 12 track events."""
    scene = Scene(name, NOW, age_days=10, account_id=ACCOUNT)
    people = [scene.person(n) for n in range(3)]
    session = scene.session(scene.ago(hours=20), people)
    kinds = (
        ("client.publish.failed", media_path("PUBLISH", "relay", lost=True)),
        ("client.subscribe.failed", media_path("SUBSCRIBE", "host", lost=True)),
        ("client.join.failed", join_refused(500, "sfu join failed")),
        ("client.disconnected", signal_lost()),
        ("client.connect.failed", unreachable()),
    )
    for number in range(30):
        kind, data = kinds[number % 5]
        over = gave_up(data, "Category") if number % 10 == 9 else data
        at = session.created_at + timedelta(minutes=number + 1)
        inside = None if kind == "client.connect.failed" else session
        scene.error(kind, at, people[number % 3], over, inside)
    for person in people[:2]:
        scene.tracks(session, person)
    return scene.room()


def small_world() -> World:
    """Return a world of one room with events, and another room in a second workspace."""
    return World(
        (
            PretendWorkspace("a", KEY, SECRET, ACCOUNT, (desk(),)),
            PretendWorkspace("b", OTHER_KEY, OTHER_SECRET, ACCOUNT, (desk("desk-of-b"),)),
        )
    )


@cache
def whole_demo() -> World:
    """Return the demo world, made once, as nothing in it can change."""
    return demo_world(NOW)


def bearer(key: str = KEY, secret: str = SECRET, /, **claims: object) -> dict[str, str]:
    """Return the authorization header of a workspace."""
    return {"Authorization": f"Bearer {management_token(key, secret, NOW, **claims)}"}


class Bench:
    """An app that serves a world, and a client of it."""

    def __init__(self, app: Starlette, client: httpx.AsyncClient, clock: MovableClock) -> None:
        self.app = app
        self.client = client
        self.clock = clock

    @property
    def stage(self) -> Stage:
        return stage(self.app)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(f"{BASE}{path}", params=query)

    async def read(self, path: str, **query: Any) -> Any:
        """Return the body of a response; fail unless its status is 200."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def page(self, **query: Any) -> Any:
        return await self.read("/analytics/events", **query)

    async def walk(self, **query: Any) -> list[dict[str, Any]]:
        """Return all pages of a query, until no cursor is left or one repeats."""
        pages, seen, cursor = [], set(), ""
        while True:
            more = {"start": cursor} if cursor else {}
            pages.append(await self.page(**query, **more))
            cursor = pages[-1].get("next") or ""
            if not cursor or cursor in seen:
                return pages
            seen.add(cursor)


@asynccontextmanager
async def bench(world: World | None = None, **claims: object) -> AsyncIterator[Bench]:
    """Run a bench whose client has a token of the first workspace."""
    world, clock = world or small_world(), MovableClock()
    app = build(world, clock=clock)
    first = world.workspaces[0]
    headers = bearer(first.access_key, first.secret, **claims)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, headers=headers) as client:
        yield Bench(app, client, clock)


def ids(page: dict[str, Any]) -> list[str]:
    """Return the event ids of a page."""
    return [event["id"] for event in page["events"]]
