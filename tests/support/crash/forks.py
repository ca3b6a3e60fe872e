"""Bots forked from a process that has done the imports, so that they start three times as fast."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from workbench.bot_process import Running
from workbench.replica import Replica

INSIDE = Path(__file__).with_name("inside")


PATIENCE_SECONDS = 240.0
"""Time limit of a start; long, as no test depends on how busy the machine is."""


class Forked:
    """A bot's process; the fork server reports its exit."""

    def __init__(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._writer = writer
        self._ending = asyncio.create_task(self._end(reader))

    async def _end(self, reader: asyncio.StreamReader) -> int:
        word = await reader.readline()
        self._writer.close()
        self.returncode = int(word or -signal.SIGKILL)
        return self.returncode

    def send_signal(self, signal: int) -> None:
        """Raises ProcessLookupError if it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, signal)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for its end; return its exit status."""
        return await asyncio.shield(self._ending)


@dataclass(slots=True)
class ForkedReplica(Replica):
    """A replica whose process is forked by the server at `path`."""

    path: str = ""

    async def _born(self) -> Running:
        reader, writer = await asyncio.open_unix_connection(self.path)
        wanted = {"environment": self.environment, "home": self.home, "log": self.log}
        writer.write(json.dumps(wanted, default=str).encode() + b"\n")
        return Forked(int(await reader.readline()), reader, writer)


def forked(replica: Replica, path: str) -> ForkedReplica:
    """Return the replica as one that the fork server at `path` starts."""
    facts = {name.name: getattr(replica, name.name) for name in fields(replica)}
    return ForkedReplica(**{**facts, "patience": PATIENCE_SECONDS}, path=path)


@contextmanager
def fork_server() -> Iterator[str]:
    """Run a fork server for the length of the block; return its socket's path."""
    with tempfile.TemporaryDirectory(prefix="forks-") as folder:
        path = Path(folder) / "s"
        server = subprocess.Popen(  # noqa: S603  our own words
            [sys.executable, INSIDE / "fork_server.py", path],
            env={"PATH": os.defpath, "PYTHONPATH": f"{INSIDE}:{INSIDE.parents[3]}"},
            stdin=subprocess.PIPE,
        )
        try:
            _await(path, server)
            yield str(path)
        finally:
            if server.stdin is not None:
                server.stdin.close()
            server.wait(30)


def _await(path: Path, server: "subprocess.Popen[Any]") -> None:
    while not path.exists():
        try:
            raise RuntimeError(f"the fork server ended with {server.wait(0.02)}")
        except subprocess.TimeoutExpired:
            continue
