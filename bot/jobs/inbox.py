"""Where a question is recorded before it is acknowledged: many in one commit.

dbos needs several trips to the database for each job, and they queue: of 200 questions at once
the last was acknowledged after more than a second. So a row of our own comes first, and dbos' job
is begun from it afterwards, by us or by whoever finds that we died in between.
"""

import asyncio
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Index,
    MetaData,
    Table,
    Text,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, ProgrammingError

from bot.jobs.ports import Json

Found = TypeVar("Found")

_METADATA = MetaData()
INBOX = Table(
    "call_doctor_inbox",
    _METADATA,
    Column("job_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payload", Text),  # empty once dbos has it
    Column("life", Text, nullable=False),
    Column("came_at", BigInteger, nullable=False, index=True),
)
LEFT = INBOX.c.payload.is_not(None)
"""Rows that may not have become jobs yet: few among many that are only names."""

Index("call_doctor_inbox_left", INBOX.c.life, sqlite_where=LEFT, postgresql_where=LEFT)


@dataclass(frozen=True, slots=True)
class Note:
    """One job that came, as it will be given to dbos."""

    job_id: str
    kind: str
    payload: Json


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: Mapping[str, Any]
    taken: "asyncio.Future[bool]"

    @property
    def job_id(self) -> str:
        return str(self.row["job_id"])


class Inbox:
    """Takes notes of jobs. One thread writes them, all that wait in one commit."""

    def __init__(self, engine: Engine, life: str) -> None:
        self._engine = engine
        self._life = life
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "inbox")
        kind = sqlite if engine.dialect.name == "sqlite" else postgresql
        self._insert = kind.insert(INBOX).on_conflict_do_nothing().returning(INBOX.c.job_id)

    def open(self) -> None:
        """Make the table; two processes may do so at once. Raises SQLAlchemyError."""
        with suppress(IntegrityError, ProgrammingError):  # the other one was faster
            _METADATA.create_all(self._engine)

    def close(self) -> None:
        """Write no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def take(self, note: Note) -> bool:
        """Record it; False if it is known already. Raises SQLAlchemyError."""
        waiting = _Waiting(self._row(note), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await waiting.taken

    async def of_others(self, alive: Collection[str]) -> Sequence[Note]:
        """What a life that is over has taken and not begun: ours from now on."""
        return await asyncio.to_thread(self._claim, alive)

    async def drop(self, job_id: str) -> None:
        """Forget the payload of what nobody wants any more."""
        await self._apart(self._drop, job_id)

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                new = await self._apart(self._commit, [one.row for one in batch])
            except Exception as error:  # noqa: BLE001  a border: each who waits is told
                for one in batch:
                    if not one.taken.done():
                        one.taken.set_exception(error)
                continue
            for one in batch:
                if not one.taken.done():
                    one.taken.set_result(one.job_id in new)
                new.discard(one.job_id)  # the same job twice in one batch is new once

    async def _apart(self, act: Callable[..., Found], *arguments: object) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act, *arguments)

    def _row(self, note: Note) -> Mapping[str, Any]:
        """ASCII alone: whatever a text holds, it cannot spoil the commit of the others."""
        return {
            "job_id": note.job_id,
            "kind": note.kind,
            "payload": json.dumps(note.payload),
            "life": self._life,
            "came_at": int(time.time()),
        }

    def _commit(self, notes: Sequence[Mapping[str, Any]]) -> set[str]:
        """Which of them are new."""
        rows = {row["job_id"]: row for row in reversed(notes)}  # of one twice the first counts
        # Always in one order: two replicas given the same deliveries must not wait for each other.
        ordered = [rows[job_id] for job_id in sorted(rows)]
        with self._engine.begin() as connection:
            return set(connection.execute(self._insert, ordered).scalars())

    def _claim(self, alive: Collection[str]) -> list[Note]:
        theirs = LEFT & INBOX.c.life.not_in([*alive, self._life])
        claim = (
            update(INBOX)
            .where(theirs)
            .values(life=self._life)
            .returning(INBOX.c.job_id, INBOX.c.kind, INBOX.c.payload)
        )
        with self._engine.begin() as connection:
            # Mostly there is nothing, and a reader needs no turn to write.
            if connection.execute(select(INBOX.c.job_id).where(theirs).limit(1)).first() is None:
                return []
            rows = connection.execute(claim).all()
        return [Note(row.job_id, row.kind, json.loads(row.payload)) for row in rows]

    def _drop(self, job_id: str) -> None:
        with self._engine.begin() as connection:
            mine = INBOX.c.job_id == job_id
            connection.execute(update(INBOX).where(mine).values(payload=None))
