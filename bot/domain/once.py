"""Readings of a failure's texts, done once for the flood of events that share it."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.domain.events import Failure

P = ParamSpec("P")
T = TypeVar("T")

_KEPT = 8192
"""Failures of which a reading is kept; of more than that, each is read whenever asked for."""
_LONGEST = 4096
"""Characters. Descriptions of 100 kB exist, and what is kept stays after the look-up."""


def once(read: Callable[Concatenate[Failure, P], T]) -> Callable[Concatenate[Failure, P], T]:
    """`read`, which looks at nothing but its arguments, with what it found kept for a while."""
    kept: Any = lru_cache(_KEPT)(read)

    @wraps(read)
    def found(failure: Failure, /, *args: P.args, **kwargs: P.kwargs) -> T:
        short = len(failure.error_description or "") + len(failure.error_message or "") < _LONGEST
        told: T = (kept if short else read)(failure, *args, **kwargs)
        return told

    return found
