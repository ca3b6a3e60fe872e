"""Sums over many events, done where they do not hold up everybody else's answers."""

import asyncio
from collections.abc import Callable, Sized
from typing import ParamSpec, TypeVar

MANY = 5_000
"""Events over which a sum takes some milliseconds; a thread costs a tenth of one."""

P = ParamSpec("P")
Sum = TypeVar("Sum")


async def run_in_thread_if_large(
    events: Sized, work: Callable[P, Sum], *args: P.args, **kwargs: P.kwargs
) -> Sum:
    """What `work` gives, in a thread if there are many `events`; it must change nothing shared."""
    if len(events) > MANY:
        return await asyncio.to_thread(work, *args, **kwargs)
    return work(*args, **kwargs)
