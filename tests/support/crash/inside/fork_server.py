"""Forks bots from one process with all imports done, as `multiprocessing`'s fork server does.

Most of a start's time is Python reading modules. Settings, database, connections and threads are
all made after the fork, by the bot itself, in a process of its own.
"""

import json
import os
import random
import selectors
import socket
import sys
from importlib import import_module
from typing import Any

_MODULES = (
    *("bot.cli.app", "bot.cli.serve", "bot.jobs", "bot.pictures", "bot.slack.server.serve"),
    *("aiosqlite", "alembic.command", "psycopg", "sqlalchemy.dialects.postgresql.psycopg"),
    *("sqlalchemy.dialects.sqlite.aiosqlite", "uvicorn.protocols.http.httptools_impl"),
)
"""Modules that a bot has imported by its first answer."""

_MOST_FILES = 1024


class ForkServer:
    """Serves one connection per bot: reads its environment, writes its id and exit status."""

    def __init__(self, path: str) -> None:
        self._ready = selectors.DefaultSelector()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(path)
        self._door.listen(64)
        self._ready.register(self._door, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until standard input is closed."""
        self._ready.register(sys.stdin, selectors.EVENT_READ)
        while True:
            for key, _ in self._ready.select():
                if key.fileobj is self._door:
                    self._bear(self._door.accept()[0])
                elif key.fileobj is sys.stdin:
                    return
                else:
                    self._bury(int(key.fd), *key.data)

    def _bear(self, line: socket.socket) -> None:
        wanted = json.loads(line.makefile().readline())
        pid = os.fork()
        if pid == 0:
            _live(**wanted)
        line.sendall(f"{pid}\n".encode())
        self._ready.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, line))

    def _bury(self, watched: int, pid: int, line: socket.socket) -> None:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self._ready.unregister(watched)
        os.close(watched)
        try:
            line.sendall(f"{status}\n".encode())
        except BrokenPipeError:
            return  # whoever wanted it has gone
        finally:
            line.close()


def _live(*, environment: dict[str, str], home: str, log: str) -> None:
    """Run `call-doctor serve`. Never returns."""
    status = 1
    try:
        os.closerange(3, _MOST_FILES)  # the fork server's, and its lines to other bots
        out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for mine, given in ((nothing, 0), (out, 1), (out, 2)):
            os.dup2(mine, given)
        os.chdir(home)
        random.seed()
        os.environ.clear()  # noqa: TID251  as a new process would find it
        os.environ.update(environment)  # noqa: TID251
        app: Any = import_module("bot.cli.app").app
        app(["serve"], prog_name="call-doctor")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  the border of a process
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    for module in _MODULES:
        import_module(module)
    ForkServer(sys.argv[1]).run()
