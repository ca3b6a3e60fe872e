"""The audit in the database.

`SqlAudit` implements `bot.domain.audit.Audit` on SQLite and PostgreSQL.
"""

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

from bot.domain.audit import Access, AuditOutcome, Ending, EntryPoint, Subject, with_room_name
from bot.domain.privacy.addresses import redact
from bot.domain.privacy.erasures import digest
from bot.investigate.ports import Clock
from bot.storage.forget import RELEARN_AFTER, read_erasures
from bot.storage.tables import AUDIT, as_store_errors, insert_if_absent

RETENTION = timedelta(days=400)
_CHUNK = 200
"""Rows written in one commit."""
_DIGEST_LENGTH = 16
"""Hex digits of the digest that replaces an id."""


@dataclass(frozen=True, slots=True)
class _PendingWrite:
    """A row to write: a new row, or, with `ending`, a row to complete."""

    key: str
    access: Access | None
    ending: Ending | None
    future: "asyncio.Future[Access | None]"


class SqlAudit:
    """See `bot.domain.audit.Audit`.

    Every question waits for its row before it is acknowledged. So questions that come during one
    commit are written together by the next commit, new rows first.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._new_rows: list[_PendingWrite] = []
        self._completions: list[_PendingWrite] = []
        self._writer: asyncio.Task[None] | None = None

    async def begin(self, access: Access) -> None:
        """Store a row, without the addresses in its ids; a row with that key stays as it is."""
        subjects = tuple(replace(subject, id=redact(subject.id)) for subject in access.subjects)
        access = replace(access, subjects=subjects)
        await self._enqueue(self._new_rows, access.key, access, None)

    async def end(self, key: str, ending: Ending) -> Access | None:
        """Add the outcome; return the completed row, or None if no row has that key.

        A room that was erased just now is not named again.
        """
        return await self._enqueue(self._completions, key, None, ending)

    async def _enqueue(
        self, queue: list[_PendingWrite], key: str, access: Access | None, ending: Ending | None
    ) -> Access | None:
        future: asyncio.Future[Access | None] = asyncio.get_running_loop().create_future()
        queue.append(_PendingWrite(key, access, ending, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await future

    async def find(
        self, *, since: datetime | None = None, user: str = "", room: str = ""
    ) -> Sequence[Access]:
        """Return the rows that match all conditions, oldest first."""
        conditions = [AUDIT.c.asked_at >= since.timestamp()] if since else []
        if user:
            conditions.append(or_(AUDIT.c.asked_by == user, _may_mention(user)))
        if room:
            conditions.append(or_(AUDIT.c.room_id == room, _may_mention(room)))
        query = select(AUDIT).where(*conditions).order_by(AUDIT.c.asked_at, AUDIT.c.key)
        with as_store_errors():
            async with self._engine.connect() as connection:
                accesses = [_to_access(row) for row in await connection.execute(query)]
        return [
            access
            for access in accesses
            if (not user or access.user == user or _mentions(access, user))
            and (not room or access.room_id == room or _mentions(access, room))
        ]

    async def _write(self) -> None:
        while self._new_rows or self._completions:
            queue = self._new_rows or self._completions
            batch = queue[:_CHUNK]
            del queue[: len(batch)]
            try:
                completed = await self._commit(batch)
            except Exception as error:  # noqa: BLE001  every waiter raises it
                for pending in batch:
                    if not pending.future.done():
                        pending.future.set_exception(error)
            else:
                for pending in batch:
                    if not pending.future.done():
                        pending.future.set_result(completed.get(pending.key))

    async def _commit(self, batch: Sequence[_PendingWrite]) -> Mapping[str, Access]:
        """Write the batch in one transaction; return the completed rows by key."""
        new = [_to_row(pending.access) for pending in batch if pending.access]
        completed: dict[str, Access] = {}
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                if new:
                    await insert_if_absent(connection, AUDIT, new)
                for pending in batch:
                    row = pending.ending and await self._complete(
                        connection, pending.key, pending.ending
                    )
                    if row:
                        completed[pending.key] = row
        return completed

    async def _complete(
        self, connection: AsyncConnection, key: str, ending: Ending
    ) -> Access | None:
        facts: dict[str, object] = {
            "outcome": ending.outcome.value,
            "ended_at": self._clock().timestamp(),
        }
        if ending.reference:
            facts["reference"] = ending.reference
        if ending.room_id and not await self._is_erased(connection, ending.room_id):
            facts |= {"workspace": ending.workspace, "room_id": ending.room_id}
            if ending.room_name:
                facts |= await self._room_name_facts(connection, key, ending.room_name)
        statement = update(AUDIT).where(AUDIT.c.key == key).values(facts).returning(AUDIT)
        row = (await connection.execute(statement)).first()
        return _to_access(row) if row else None

    async def _room_name_facts(
        self, connection: AsyncConnection, key: str, name: str
    ) -> dict[str, object]:
        query = select(AUDIT).where(AUDIT.c.key == key)
        row = (await connection.execute(query)).first()
        if row is None:
            return {}
        access = _to_access(row)
        return {"subjects": _subjects_json(with_room_name(access.subjects, name))}

    async def _is_erased(self, connection: AsyncConnection, name: str) -> bool:
        since = self._clock().timestamp() - RELEARN_AFTER.total_seconds()
        return digest(name) in await read_erasures(connection, since)


async def purge_audit(connection: AsyncConnection, now: datetime) -> None:
    """Delete the rows that are older than 400 days."""
    before = (now - RETENTION).timestamp()
    await connection.execute(delete(AUDIT).where(AUDIT.c.asked_at < before))


async def forget_in_audit(connection: AsyncConnection, name: str) -> int:
    """Replace the id of a person or a room by a digest; return the number of changed rows.

    The digest's key is discarded at once. Rows that were changed together still show that they are
    about the same person or room, but the id cannot be found by trying ids.
    """
    key = secrets.token_bytes(32)
    hex_digest = hmac.new(key, name.casefold().encode(errors="replace"), hashlib.sha256).hexdigest()
    substitute = f"forgotten-{hex_digest[:_DIGEST_LENGTH]}"
    query = select(AUDIT).where(
        or_(AUDIT.c.asked_by == name, AUDIT.c.room_id == name, _may_mention(name))
    )
    changed = 0
    for row in (await connection.execute(query)).all():
        access = _to_access(row)
        anonymous = _replace_ids(
            access, lambda value: value.casefold() == name.casefold(), substitute
        )
        if anonymous != access:
            same_row = AUDIT.c.key == access.key
            await connection.execute(update(AUDIT).where(same_row).values(_to_row(anonymous)))
            changed += 1
    return changed


def _replace_ids(access: Access, is_name: Callable[[str], bool], substitute: str) -> Access:
    def substitute_name(value: str) -> str:
        return substitute if is_name(value) else value

    return replace(
        access,
        user=substitute_name(access.user),
        room_id=substitute_name(access.room_id),
        subjects=tuple(
            replace(subject, id=substitute_name(subject.id)) for subject in access.subjects
        ),
    )


def _may_mention(name: str) -> ColumnElement[bool]:
    """Return the condition for rows that may mention the name; `_mentions` decides."""
    return AUDIT.c.subjects.icontains(json.dumps(name, ensure_ascii=False), autoescape=True)


def _mentions(access: Access, name: str) -> bool:
    return any(subject.id.casefold() == name.casefold() for subject in access.subjects)


def _to_row(access: Access) -> dict[str, object]:
    return {
        "key": access.key,
        "asked_at": access.at.timestamp(),
        "asked_by": access.user,
        "channel": access.channel,
        "entry": access.entry.value,
        "action": access.action,
        "subjects": _subjects_json(access.subjects),
        "workspace": access.workspace,
        "room_id": access.room_id,
        "reference": access.reference,
        "outcome": access.outcome.value,
        "ended_at": access.ended_at.timestamp() if access.ended_at else 0.0,
    }


def _subjects_json(subjects: Sequence[Subject]) -> str:
    return json.dumps([[subject.kind, subject.id] for subject in subjects], ensure_ascii=False)


def _to_access(row: Row[tuple[object, ...]]) -> Access:
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
