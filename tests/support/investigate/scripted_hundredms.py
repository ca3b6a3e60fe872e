"""A 100ms in one list, cheap enough for hundreds of runs, with scripted faults."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.domain.errors import HundredMsUnreachable
from bot.domain.events import ErrorEvent
from bot.domain.rooms import Peer, Session
from bot.investigate.ports import EventQuery, ExpiredCursor, Page, SessionPage, Tell
from tests.support.events import make_event

ROOM = "6600aa11bb22cc33dd44ee55"
KIND = "client.publish.failed"
NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
KEPT = timedelta(days=30)


def event(number: int, at: datetime, session: str | None, peer: str | None) -> ErrorEvent:
    return make_event(f"event-{number}", KIND, at, at.isoformat(), session_id=session, peer_id=peer)


@dataclass
class Plan:
    """Faults, and after how many calls for events each begins."""

    order: str = "ascending"
    listed: int = 100  # sessions that the list knows
    people: Sequence[str] = ()  # of each session: ids, as peer and as user
    arrivals: dict[int, list[ErrorEvent]] = field(default_factory=dict)
    passing: dict[int, timedelta] = field(default_factory=dict)  # the clock jumps
    failing: set[int] = field(default_factory=set)
    expiring: set[int] = field(default_factory=set)
    twice: bool = False  # rows are held twice, and counted twice
    total: bool = True
    seed: int = 0


class Ledger:
    """Implements the part of `bot.investigate.ports.HundredMs` that reading events needs."""

    alias = "main"

    def __init__(self, events: Sequence[ErrorEvent], sessions: Sequence[str], plan: Plan) -> None:
        self.held = list(events)
        self.names = sessions[: plan.listed]
        self.plan = plan
        self.now = NOW
        self.calls = 0
        self.asked: list[EventQuery] = []
        self.snapshots: dict[str, tuple[list[ErrorEvent], EventQuery]] = {}
        self.random = Random(plan.seed)  # noqa: S311  chance, repeatable

    def clock(self) -> datetime:
        return self.now

    def present(self) -> list[ErrorEvent]:
        return [one for one in self.held if one.at > self.now - KEPT]

    def low_priority(self) -> "Ledger":
        return self

    def reporting_to(self, _: Tell) -> "Ledger":
        return self

    async def events(self, query: EventQuery, start: str = "") -> Page:
        for _ in range(self.random.randrange(3)):
            await asyncio.sleep(0)
        self.calls += 1
        self.asked.append(query)
        self._happen(self.calls)
        if self.calls in self.plan.failing:
            raise HundredMsUnreachable("100ms did not answer in time.")
        if start and self.calls in self.plan.expiring:
            raise ExpiredCursor("start: invalid")
        rows, first, name = self._place(query, start)
        page = rows[first : first + 100]
        following = f"{name} {first + 100}" if first + 100 < len(rows) else ""
        return Page(tuple(page), len(page), len(rows) if self.plan.total else None, following)

    async def sessions(self, **_: Any) -> SessionPage:
        await asyncio.sleep(0)
        known = [
            Session(
                name,
                ROOM,
                "main",
                active=False,
                created_at=NOW - timedelta(days=place),
                peers={who: Peer(who, None, who) for who in self.plan.people},
            )
            for place, name in enumerate(self.names)
        ]
        return SessionPage(tuple(known), "")

    def _happen(self, call: int) -> None:
        self.held += self.plan.arrivals.get(call, [])
        self.now += self.plan.passing.get(call, timedelta())

    def _place(self, query: EventQuery, start: str) -> tuple[list[ErrorEvent], int, str]:
        if start:
            name, first = start.split(" ")
            rows, asked = self.snapshots[name]
            assert asked == query, "a cursor belongs to its filters"
            return rows, int(first), name
        name = f"snapshot-{len(self.snapshots)}"
        rows = [one for one in self.present() if _fits(one, query)]
        rows.sort(key=lambda one: one.at, reverse=self.plan.order == "descending")
        if self.plan.order == "shuffled":
            self.random.shuffle(rows)
        if self.plan.twice:
            rows = [one for row in rows for one in (row, row)]
        self.snapshots[name] = (rows, query)
        return rows, 0, name


def _fits(one: ErrorEvent, query: EventQuery) -> bool:
    return (
        one.type == query.type
        and query.session_id in (None, one.session_id)
        and query.peer_id in (None, one.peer_id)
        and query.user_id in (None, one.user_id)
    )
