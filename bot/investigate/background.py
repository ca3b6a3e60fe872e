"""Work beside the event loop's other work: sums in a thread, and tasks that nobody awaits."""

import asyncio
from collections.abc import Callable, Iterable, Sized
from typing import Any, ParamSpec, TypeVar

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
