"""Reports each commit to the test, inside the bot's process, which does not import it.

Python imports a module of this name at its start when PYTHONPATH leads to it. Before and after
each transaction that wrote something the process asks over a socket, and does nothing until it
is answered: the test may kill it there instead, or restart the database.
"""

import os
import re
import socket
import threading

from sqlalchemy import Connection, Engine, event

_WRITE = re.compile(
    r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?:"?\w+"?\.)?"?(\w+)', re.IGNORECASE
)
_WRITTEN = "crash_test_written"
_mine = threading.local()


def _tell(moment: str, tables: list[str]) -> None:
    """Report this commit and wait for permission to continue, if a gate is connected."""
    gate = os.environ.get("CRASH_GATE")  # noqa: TID251  the test's own variable
    if gate is None:
        return
    if not hasattr(_mine, "line"):
        _mine.line = socket.socket(socket.AF_UNIX)
        _mine.line.connect(gate)
    _mine.line.sendall(f"{moment} {'+'.join(tables)}\n".encode())
    _mine.line.recv(1)


@event.listens_for(Engine, "before_cursor_execute")
def _note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
    found = _WRITE.match(statement)
    if found:
        tables = connection.info.setdefault(_WRITTEN, [])
        if found[1] not in tables:
            tables.append(found[1])


@event.listens_for(Engine, "rollback")
def _forget(connection: Connection) -> None:
    if not connection.invalidated:  # it was lost, and its notes with it
        connection.info.pop(_WRITTEN, None)


_commit = Connection._commit_impl


def _told_commit(self: Connection) -> None:
    tables = None if self.invalidated else self.info.pop(_WRITTEN, None)
    if not tables:
        _commit(self)
        return
    _tell("before", tables)
    _commit(self)
    _tell("after", tables)


Connection._commit_impl = _told_commit  # type: ignore[method-assign]
