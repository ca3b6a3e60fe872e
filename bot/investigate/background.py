"""Runs expensive sums over many events in a thread, so that they do not block other answers."""

import asyncio
from collections.abc import Callable, Sized
from typing import ParamSpec, TypeVar

MANY = 5_000
"""Number of events above which a sum takes some milliseconds.

Starting a thread costs a tenth of a millisecond.
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
