"""Records calls that block the event loop, inside the bot's process, which does not import it.

Python imports a module of this name at its start when PYTHONPATH leads to it. `blockbuster` knows
which calls wait (sleep, files, sockets, SQLite) and would raise; here each is let through, and its
place written down, one JSON line each: what was called, and by whom, innermost first. Locks are
left out: whether one is held at that instant is chance.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from blockbuster import BlockBuster
from blockbuster.blockbuster import BlockBusterFunction

_NOTES = Path(os.environ["BLOCKING_NOTES"])  # noqa: TID251  the test's own variable
_seen: set[str] = set()


def _callers(frame: FrameType | None) -> list[tuple[str, str, int]]:
    found = []
    while frame:
        found.append((frame.f_code.co_filename, frame.f_code.co_name, frame.f_lineno))
        frame = frame.f_back
    return found


def _noting(function: BlockBusterFunction) -> Callable[..., bool]:
    waits_not = function.can_block_predicate

    def let_through(*args: Any, **kwargs: Any) -> bool:
        callers = _callers(sys._getframe(2))
        known = any(
            file.endswith(place) and name in names
            for file, name, _ in callers
            for place, names in function.can_block_functions
        )
        if not known and not waits_not(*args, **kwargs):
            _note(function.full_name, callers)
        return True

    return let_through


def _note(called: str, callers: list[tuple[str, str, int]]) -> None:
    line = json.dumps({"called": called, "callers": callers})
    if line not in _seen:
        _seen.add(line)
        with _NOTES.open("a") as notes:
            notes.write(line + "\n")


_watcher = BlockBuster()
for _name, _function in list(_watcher.functions.items()):
    _function.can_block_predicate = _noting(_function)
    if _name.startswith("threading."):
        del _watcher.functions[_name]
_watcher.activate()
