"""Work beside the event loop's other work: sums in a thread, unneeded tasks, and shared ones."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Hashable, Iterable, Sized
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec, TypeVar

from bot.domain.target import Progress
from bot.investigate.ports import Tell, Watch

log = logging.getLogger(__name__)

MANY = 5_000
"""Number of events above which a sum takes some milliseconds.

Starting a thread costs a tenth of a millisecond.
"""

GRACE_SECONDS = 1.0
"""Seconds that unneeded calls may take to end by themselves.

Cancelling a call at once costs its connection.
"""

P = ParamSpec("P")
Sum = TypeVar("Sum")
Result = TypeVar("Result")
Work = Callable[[Tell, Watch], Coroutine[Any, Any, Result]]


async def run_in_thread_if_large(
    events: Sized, work: Callable[P, Sum], *args: P.args, **kwargs: P.kwargs
) -> Sum:
    """Return the result of `work`, run in a thread if there are many `events`.

    `work` must not change shared state.
    """
    if len(events) > MANY:
        return await asyncio.to_thread(work, *args, **kwargs)
    return work(*args, **kwargs)


def cancel_soon(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel the tasks in a second; calls that end by then keep their connections."""
    for task in tasks:
        task.add_done_callback(ignore_result)
        if not task.done():
            asyncio.get_running_loop().call_later(GRACE_SECONDS, task.cancel)


def ignore_result(task: "asyncio.Task[Any]") -> None:
    """Retrieve the task's exception, so that asyncio does not log it as never retrieved."""
    if not task.cancelled():
        task.exception()


@dataclass(eq=False, slots=True)
class _Waiter:
    tell: Tell
    watch: Watch


class _Flight(Generic[Result]):
    """The running work and its waiters; it is cancelled when the last waiter leaves."""

    def __init__(self, work: Work[Result]) -> None:
        self.waiters: list[_Waiter] = []
        self.last: Progress | None = None
        self.task = asyncio.ensure_future(work(self.tell, self.watch))
        self.task.add_done_callback(ignore_result)

    @property
    def joinable(self) -> bool:
        """Whether the work is neither done nor being cancelled."""
        return not self.task.done() and not self.task.cancelling()

    async def join(self, asker: _Waiter) -> Result:
        """Add a waiter and return the result."""
        self.waiters.append(asker)
        if self.last:
            asker.watch(self.last)
        try:
            return await asyncio.shield(self.task)
        finally:
            self.waiters.remove(asker)
            if not self.waiters and not self.task.done():
                self.task.cancel()

    async def tell(self, note: str) -> None:
        """Send the note to every waiter; a failed delivery does not end the work of the others."""
        notices = [asker.tell(note) for asker in self.waiters]
        for outcome in await asyncio.gather(*notices, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.warning("an asker could not be told: %s", outcome)

    def watch(self, progress: Progress) -> None:
        self.last = progress
        for asker in self.waiters:
            asker.watch(progress)


@dataclass(frozen=True, slots=True)
class SingleFlight(Generic[Result]):
    """The flights under way, by key."""

    _flights: dict[Hashable, _Flight[Result]] = field(default_factory=dict)

    async def share(self, key: Hashable, work: Work[Result], tell: Tell, watch: Watch) -> Result:
        """Return the result of `work`, which the first caller of a key starts.

        Raises the errors of `work`.
        """
        flight = self._flights.get(key)
        if flight is None or not flight.joinable:
            flight = self._flights[key] = _Flight(work)
            flight.task.add_done_callback(lambda _: self._remove(key, flight))
        return await flight.join(_Waiter(tell, watch))

    def _remove(self, key: Hashable, flight: _Flight[Result]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
