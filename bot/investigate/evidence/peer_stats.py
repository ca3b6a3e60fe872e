"""Reads the peer-stats of people whose media failed, once their session is over."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.diagnosis.input import StayKey
from bot.domain.diagnosis.sdk.media import CANCELLED_SHARE
from bot.domain.diagnosis.sdk.text import DEVICE_CODES, MEDIA_TYPES
from bot.domain.diagnosis.thresholds import SAME_CALL
from bot.domain.errors import BotError
from bot.domain.events import ErrorEvent, sort_key
from bot.domain.rooms import Peer, PeerStats, Session
from bot.investigate.budget import LONGEST_SESSION
from bot.investigate.ports import HundredMs

CONCURRENCY = 8


@dataclass(slots=True)
class StatsReader:
    """Reads the stats of stays, a few at once.

    It stops when all are read, the budget ends or a call fails.
    """

    hundredms: HundredMs
    calls: int
    result: list[PeerStats] = field(default_factory=list)
    trouble: str = ""
    left_out: int = 0
    complete: bool = False
    """Whether it is known which stays to measure; `unread` are the stays that were not measured."""
    unread: set[StayKey] = field(default_factory=set)

    async def run(self, stays: Iterable[StayKey]) -> None:
        """Read the stats of those stays in the given order."""
        all_stays = tuple(stays)
        self.complete, self.unread = True, {_lower(stay) for stay in all_stays}
        self.left_out = max(0, len(all_stays) - self.calls)
        chosen = all_stays[: self.calls]
        for first in range(0, len(chosen), CONCURRENCY):
            async with asyncio.TaskGroup() as group:
                for stay in chosen[first : first + CONCURRENCY]:
                    group.create_task(self._read(stay))
            if self.trouble:
                return

    @property
    def notes(self) -> tuple[str, ...]:
        """The reasons why measurements are missing, in sentences."""
        harm = "recoveries of sending or receiving may be missed"
        if self.trouble:
            return (f"The peer-stats could not all be read ({self.trouble}); {harm}.",)
        if self.left_out:
            text = f"Peer-stats were read for the latest {self.calls} failures"
            return (f"{text}; {self.left_out} more were left out, so that {harm}.",)
        return ()

    async def _read(self, stay: StayKey) -> None:
        try:
            stats = await self.hundredms.peer_stats(*stay)
        except BotError as error:
            self.trouble = self.trouble or error.cause.rstrip(". ")
            return
        self.unread.discard(_lower(stay))
        if stats:
            self.result.append(stats)


def _lower(stay: StayKey) -> StayKey:
    return stay[0].lower(), stay[1].lower()


class _SessionIndex:
    """Sessions by id, and stays by peer and by user."""

    def __init__(self, sessions: Iterable[Session]) -> None:
        self.sessions: dict[str, Session] = {}
        self.of_peer: defaultdict[str, list[tuple[Peer, Session]]] = defaultdict(list)
        self.of_user: defaultdict[str, list[tuple[Peer, Session]]] = defaultdict(list)
        for session in sessions:
            self.sessions[session.id.lower()] = session
            for peer in session.peers.values():
                self.of_peer[peer.id.lower()].append((peer, session))
                if peer.user_id:
                    self.of_user[peer.user_id].append((peer, session))


def stays_to_measure(
    events: Iterable[ErrorEvent], sessions: Iterable[Session], now: datetime
) -> tuple[StayKey, ...]:
    """Return the stays in which sending or receiving failed, latest failure first, then later ones.

    Later ones are stays that the same users began within ten minutes after a failure. Only stays of
    ended sessions are returned, because 100ms has no measurements before a session ends.
    """
    register = _SessionIndex(sessions)
    failures = sorted(
        (event for event in events if _is_media_failure(event)), key=sort_key, reverse=True
    )
    stays = [stay for event in failures for stay in _stays_of_peer(event, register, now)]
    stays += [stay for event in failures for stay in _later_stays(event, register)]
    distinct: dict[StayKey, StayKey] = {}
    for peer_id, session_id in stays:
        distinct.setdefault((peer_id.lower(), session_id.lower()), (peer_id, session_id))
    return tuple(distinct.values())


def _is_media_failure(event: ErrorEvent) -> bool:
    code = event.error_code or 0
    return event.type in MEDIA_TYPES and (code not in DEVICE_CODES or code == CANCELLED_SHARE)


def _stays_of_peer(event: ErrorEvent, register: _SessionIndex, now: datetime) -> Iterator[StayKey]:
    if not event.peer_id:
        return
    listed = register.of_peer[event.peer_id.lower()]
    for peer, session in listed:
        if _is_over(session):
            yield peer.id, session.id
    if listed or not event.session_id:
        return
    named_session = register.sessions.get(event.session_id.lower())
    if _is_over(named_session) if named_session else now - event.at > LONGEST_SESSION:
        yield event.peer_id, event.session_id


def _later_stays(event: ErrorEvent, register: _SessionIndex) -> Iterator[StayKey]:
    for peer, session in register.of_user[event.user_id] if event.user_id else ():
        joined = peer.joined_at
        if joined and event.at < joined <= event.at + SAME_CALL and _is_over(session):
            yield peer.id, session.id


def _is_over(session: Session) -> bool:
    return not session.active and session.ended_at is not None
