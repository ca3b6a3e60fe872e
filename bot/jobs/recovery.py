"""Heartbeats of this process, and recovery of the jobs of dead processes."""

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
"""A process that is silent for so long counts as dead: its jobs are recovered well within 30 s."""

UNSURE_SECONDS = 10.0
"""A process that could not send a heartbeat for so long stops doing what must not be done twice,
because others may soon take it for dead. Less than `DEAD_SECONDS`, so that it stops before
another process begins."""

_PENDING = "PENDING"
_POLL_SECONDS = 0.2


class RecoveryLoop:
    """Sends the heartbeats of this process and recovers the jobs of silent processes."""

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
        """The number of running processes, this one included."""
        return self._other_count + 1

    async def start(self, begin: Callable[[NewJob], None]) -> None:
        """Send the first heartbeat and recover the jobs of dead processes.

        `begin` receives the jobs that those processes had recorded and not begun. Raises
        StoreUnreachable.
        """
        self._begin = begin
        await self.beat_and_take_over()
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Record the end of this process, so that others can recover its jobs at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            with contextlib.suppress(StoreUnreachable):
                await self._processes.end(self.process_id)

    async def ensure_still_owner(self) -> None:
        """Wait until no other process can have taken this one for dead."""
        loop = asyncio.get_running_loop()
        while loop.time() - self._last_beat > UNSURE_SECONDS:  # noqa: ASYNC110  a heartbeat ends it
            await asyncio.sleep(_POLL_SECONDS)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.beat_and_take_over()
            except Exception:  # noqa: BLE001  a boundary: if the loop ended, jobs would be stranded
                self._log.warning("watch_failed", exc_info=True)

    async def beat_and_take_over(self) -> None:
        """Send a heartbeat and recover the jobs of silent processes. Raises StoreUnreachable."""
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
            # dbos recovers a job only if it still belongs to the dead process: two processes that
            # recover at once do no harm.
            await asyncio.to_thread(DBOS._recover_pending_workflows, dead)  # noqa: SLF001  dbos 3.4 has no public call
        await asyncio.to_thread(self._cleanup.clear, int(time.time() * 1000))
        if self._begin is not None:
            for job in await self._inbox.claim_abandoned(alive):
                self._begin(job)
