"""Who lives, and what the dead left: heartbeats, and taking over."""

import asyncio
import contextlib
import time
from collections.abc import Callable

import structlog
from dbos import DBOS

from bot.domain.errors import StoreUnreachable
from bot.jobs.cleanup import JobCleanup
from bot.jobs.inbox import Inbox, NewJob
from bot.jobs.ports import ProcessRegistry

BEAT_SECONDS = 3.0
DEAD_SECONDS = 15.0
"""Silence after which a life counts as over: its work is taken over well within 30 s."""

UNSURE_SECONDS = 10.0
"""A process that could not beat for so long stops doing what must not be done twice: it may be
taken for dead soon. Less than `DEAD_SECONDS`, so that it stops before another one begins."""

_PENDING = "PENDING"
_POLL_SECONDS = 0.2


class RecoveryLoop:
    """Beats for this process, and takes over from those that fell silent."""

    def __init__(
        self, process_id: str, processes: ProcessRegistry, cleanup: JobCleanup, inbox: Inbox
    ) -> None:
        self.process_id = process_id
        self._processes = processes
        self._cleanup = cleanup
        self._inbox = inbox
        self._begin: Callable[[NewJob], None] | None = None
        self._last_beat = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self._other_count = 0
        self._log = structlog.get_logger("call_doctor.jobs")

    @property
    def replicas(self) -> int:
        """Processes that live, this one included."""
        return self._other_count + 1

    async def start(self, begin: Callable[[NewJob], None]) -> None:
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
                await self._processes.end(self.process_id)

    async def ensure_still_owner(self) -> None:
        """Return once nobody can have taken this process for dead."""
        loop = asyncio.get_running_loop()
        while loop.time() - self._last_beat > UNSURE_SECONDS:  # noqa: ASYNC110  time alone undoes it
            await asyncio.sleep(_POLL_SECONDS)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.beat_and_take_over()
            except Exception:  # noqa: BLE001  a border: a watch that ends would strand jobs
                self._log.warning("watch_failed", exc_info=True)

    async def beat_and_take_over(self) -> None:
        """Beat, and take over from those who fell silent. Raises StoreUnreachable."""
        now = asyncio.get_running_loop().time()
        await self._processes.beat(self.process_id)
        self._last_beat = now
        alive = {*await self._processes.alive(DEAD_SECONDS), self.process_id}
        self._other_count = len(alive) - 1
        workflows = await DBOS.list_workflows_async(
            status=_PENDING, load_input=False, load_output=False
        )
        dead = sorted(
            {workflow.executor_id for workflow in workflows if workflow.executor_id} - alive
        )
        if dead:
            self._log.info("taking_over", lives=len(dead))
            # Putting a job back asks whether it is still theirs: two who do so do no harm.
            await asyncio.to_thread(DBOS._recover_pending_workflows, dead)  # noqa: SLF001  no other way in 3.4
        await asyncio.to_thread(self._cleanup.clear, int(time.time() * 1000))
        if self._begin is not None:
            for job in await self._inbox.claim_abandoned(alive):
                self._begin(job)
