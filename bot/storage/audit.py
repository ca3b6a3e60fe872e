"""`SqlAudit` implements `bot.domain.audit.Audit` on SQLite and PostgreSQL."""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Row, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.privacy.addresses import redact
from bot.domain.records.audit import Access, AuditOutcome, Ending, EntryPoint, Subject
from bot.domain.records.erasures import digest
from bot.investigate.ports import Clock
from bot.storage.erasures import QUIET, read_erasures
from bot.storage.sql import insert_if_absent, as_store_errors
from bot.storage.tables import AUDIT

KEPT = timedelta(days=400)
_CHUNK = 200
"""Rows written in one commit."""
_DIGITS = 16
"""Hex digits of a digest that stands for an id."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A row to write: a new one, or with `ending` one to complete."""

    key: str
    access: Access | None
    ending: Ending | None
    written: "asyncio.Future[Access | None]"


class SqlAudit:
    """See `bot.domain.audit.Audit`.

    Every question waits for its row before it is acknowledged, so those who come while one commit
    runs are written by the next one, together, new rows first.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._new: list[_Waiting] = []
        self._ending: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def begin(self, access: Access) -> None:
        """Keep a row, without the addresses in its ids; one with that key stays as it is."""
        subjects = tuple(replace(each, id=redact(each.id)) for each in access.subjects)
        access = replace(access, subjects=subjects)
        await self._queued(self._new, access.key, access, None)

    async def end(self, key: str, ending: Ending) -> Access | None:
        """Add what became of it; a room that was forgotten just now is not named again."""
        return await self._queued(self._ending, key, None, ending)

    async def _queued(
        self, queue: list[_Waiting], key: str, access: Access | None, ending: Ending | None
    ) -> Access | None:
        written: asyncio.Future[Access | None] = asyncio.get_running_loop().create_future()
        queue.append(_Waiting(key, access, ending, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await written

    async def find(
        self, *, since: datetime | None = None, user: str = "", room: str = ""
    ) -> Sequence[Access]:
        """The rows that match all of it, oldest first."""
        wanted = [AUDIT.c.asked_at >= since.timestamp()] if since else []
        if user:
            wanted.append(or_(AUDIT.c.asked_by == user, _names(user)))
        if room:
            wanted.append(or_(AUDIT.c.room_id == room, _names(room)))
        query = select(AUDIT).where(*wanted).order_by(AUDIT.c.asked_at, AUDIT.c.key)
        with as_store_errors():
            async with self._engine.connect() as connection:
                found = [_access(row) for row in await connection.execute(query)]
        return [
            access
            for access in found
            if (not user or access.user == user or _about(access, user))
            and (not room or access.room_id == room or _about(access, room))
        ]

    async def _write(self) -> None:
        while self._new or self._ending:
            queue = self._new or self._ending
            batch = queue[:_CHUNK]
            del queue[: len(batch)]
            try:
                found = await self._commit(batch)
            except Exception as error:  # noqa: BLE001  whoever waits raises it
                for waiting in batch:
                    if not waiting.written.done():
                        waiting.written.set_exception(error)
            else:
                for waiting in batch:
                    if not waiting.written.done():
                        waiting.written.set_result(found.get(waiting.key))

    async def _commit(self, batch: Sequence[_Waiting]) -> Mapping[str, Access]:
        """Write them in one transaction; returns the rows that were completed, by key."""
        new = [_row(waiting.access) for waiting in batch if waiting.access]
        found: dict[str, Access] = {}
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                if new:
                    await insert_if_absent(connection, AUDIT, new)
                for waiting in batch:
                    row = waiting.ending and await self._complete(
                        connection, waiting.key, waiting.ending
                    )
                    if row:
                        found[waiting.key] = row
        return found

    async def _complete(
        self, connection: AsyncConnection, key: str, ending: Ending
    ) -> Access | None:
        facts: dict[str, object] = {
            "outcome": ending.outcome.value,
            "ended_at": self._clock().timestamp(),
        }
        if ending.reference:
            facts["reference"] = ending.reference
        if ending.room_id and not await self._forgotten(connection, ending.room_id):
            facts |= {"workspace": ending.workspace, "room_id": ending.room_id}
        changing = update(AUDIT).where(AUDIT.c.key == key).values(facts).returning(AUDIT)
        row = (await connection.execute(changing)).first()
        return _access(row) if row else None

    async def _forgotten(self, connection: AsyncConnection, name: str) -> bool:
        since = self._clock().timestamp() - QUIET.total_seconds()
        return digest(name) in await read_erasures(connection, since)


async def purge_audit(connection: AsyncConnection, now: datetime) -> None:
    """Drop the rows that are older than they may be."""
    before = (now - KEPT).timestamp()
    await connection.execute(delete(AUDIT).where(AUDIT.c.asked_at < before))


async def forget_in_audit(connection: AsyncConnection, name: str) -> int:
    """Put a digest in the place of an id of a person or a room; returns how many rows named it.

    The digest's key is thrown away at once: rows that were changed together still show that they
    are about the same, and nobody can find out about whom by trying ids.
    """
    key = secrets.token_bytes(32)
    hashed = hmac.new(key, name.casefold().encode(errors="replace"), hashlib.sha256).hexdigest()
    substitute = f"forgotten-{hashed[:_DIGITS]}"
    query = select(AUDIT).where(
        or_(AUDIT.c.asked_by == name, AUDIT.c.room_id == name, _names(name))
    )
    changed = 0
    for row in (await connection.execute(query)).all():
        named = _access(row)
        unnamed = _without(named, lambda value: value.casefold() == name.casefold(), substitute)
        if unnamed != named:
            mine = AUDIT.c.key == named.key
            await connection.execute(update(AUDIT).where(mine).values(_row(unnamed)))
            changed += 1
    return changed


def _without(access: Access, is_name: Callable[[str], bool], substitute: str) -> Access:
    def changed(value: str) -> str:
        return substitute if is_name(value) else value

    return replace(
        access,
        user=changed(access.user),
        room_id=changed(access.room_id),
        subjects=tuple(replace(each, id=changed(each.id)) for each in access.subjects),
    )


def _names(name: str) -> ColumnElement[bool]:
    """Rows whose subjects may name it; `_about` tells for sure."""
    return AUDIT.c.subjects.icontains(json.dumps(name, ensure_ascii=False), autoescape=True)


def _about(access: Access, name: str) -> bool:
    return any(subject.id.casefold() == name.casefold() for subject in access.subjects)


def _row(access: Access) -> dict[str, object]:
    subjects = [[subject.kind, subject.id] for subject in access.subjects]
    return {
        "key": access.key,
        "asked_at": access.at.timestamp(),
        "asked_by": access.user,
        "channel": access.channel,
        "entry": access.entry.value,
        "action": access.action,
        "subjects": json.dumps(subjects, ensure_ascii=False),
        "workspace": access.workspace,
        "room_id": access.room_id,
        "reference": access.reference,
        "outcome": access.outcome.value,
        "ended_at": access.ended_at.timestamp() if access.ended_at else 0.0,
    }


def _access(row: Row[tuple[object, ...]]) -> Access:
    return Access(
        key=row.key,
        at=datetime.fromtimestamp(row.asked_at, UTC),
        user=row.asked_by,
        channel=row.channel,
        entry=EntryPoint(row.entry),
        action=row.action,
        subjects=tuple(Subject(kind, name) for kind, name in json.loads(row.subjects)),
        workspace=row.workspace,
        room_id=row.room_id,
        reference=row.reference,
        outcome=AuditOutcome(row.outcome),
        ended_at=datetime.fromtimestamp(row.ended_at, UTC) if row.ended_at else None,
    )
