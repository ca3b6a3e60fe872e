"""Who lives, and what the dead left: heartbeats, and taking over."""

import asyncio
import contextlib
import time
from collections.abc import Callable

import structlog
from dbos import DBOS

from bot.domain.errors import StoreUnreachable
from bot.jobs.cleanup import JobCleanup
from bot.jobs.inbox import Inbox, Note
from bot.jobs.ports import ProcessRegistry

BEAT_SECONDS = 3.0
DEAD_SECONDS = 15.0
"""Silence after which a life counts as over: its work is taken over well within 30 s."""

UNSURE_SECONDS = 10.0
"""A process that could not beat for so long stops doing what must not be done twice: it may be
taken for dead soon. Less than `DEAD_SECONDS`, so that it stops before another one begins."""

_PENDING = "PENDING"
_POLL = 0.2


class RecoveryLoop:
    """Beats for this process, and takes over from those that fell silent."""

    def __init__(
        self, life: str, lives: ProcessRegistry, leavings: JobCleanup, inbox: Inbox
    ) -> None:
        self.life = life
        self._lives = lives
        self._leavings = leavings
        self._inbox = inbox
        self._begin: Callable[[Note], None] | None = None
        self._beaten = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self._others = 0
        self._log = structlog.get_logger("call_doctor.jobs")

    @property
    def replicas(self) -> int:
        """Processes that live, this one included."""
        return self._others + 1

    async def start(self, begin: Callable[[Note], None]) -> None:
        """The first beat, and what the dead left: `begin` is given what they had recorded only.

        Raises StoreUnreachable.
        """
        self._begin = begin
        await self.beat_and_take_over()
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End this life: others need not wait to take its work over."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            with contextlib.suppress(StoreUnreachable):
                await self._lives.end(self.life)

    async def ensure_still_owner(self) -> None:
        """Return once nobody can have taken this process for dead."""
        loop = asyncio.get_running_loop()
        while loop.time() - self._beaten > UNSURE_SECONDS:  # noqa: ASYNC110  time alone undoes it
            await asyncio.sleep(_POLL)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.beat_and_take_over()
            except Exception:  # noqa: BLE001  a border: a watch that ends would strand jobs
                self._log.warning("watch_failed", exc_info=True)

    async def beat_and_take_over(self) -> None:
        """Beat, and take over from those who fell silent. Raises StoreUnreachable."""
        began = asyncio.get_running_loop().time()
        await self._lives.beat(self.life)
        self._beaten = began
        alive = {*await self._lives.alive(DEAD_SECONDS), self.life}
        self._others = len(alive) - 1
        rows = await DBOS.list_workflows_async(status=_PENDING, load_input=False, load_output=False)
        dead = sorted({row.executor_id for row in rows if row.executor_id} - alive)
        if dead:
            self._log.info("taking_over", lives=len(dead))
            # Putting a job back asks whether it is still theirs: two who do so do no harm.
            await asyncio.to_thread(DBOS._recover_pending_workflows, dead)  # noqa: SLF001  no other way in 3.4
        await asyncio.to_thread(self._leavings.clear, int(time.time() * 1000))
        if self._begin is not None:
            for note in await self._inbox.of_others(alive):
                self._begin(note)
