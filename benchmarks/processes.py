"""Starting processes, and what one that ran cost: wall time, CPU time, peak of memory."""

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SAMPLED_EVERY = 0.01
_STOP_SECONDS = 30.0


class Failed(Exception):
    """A process that was measured ended badly, or one that was needed did not start."""


@dataclass(frozen=True, slots=True)
class Ran:
    """Seconds of wall and CPU time, the highest resident memory in bytes, and what it printed."""

    wall: float
    cpu: float
    peak: int
    out: str


def run(command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> Ran:
    """Run to the end. Raises Failed with the end of its stderr for any status but 0."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.monotonic()
        process = subprocess.Popen(
            command, env=dict(environment), cwd=cwd, stdout=out, stderr=err, text=True
        )
        peak = _Peak(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        highest = peak.end()
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise Failed(f"{' '.join(command)}: {process.returncode}\n{err.read()[-3000:]}")
        return Ran(wall, usage.ru_utime + usage.ru_stime, highest, out.read())


class _Peak:
    """Watches a process's high-water mark until it is gone.

    `ru_maxrss` would count the memory of the process that forked it.
    """

    def __init__(self, pid: int) -> None:
        self._pid, self._highest = pid, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> int:
        """The highest value seen, in bytes."""
        self._over.set()
        self._thread.join()
        return self._highest

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLED_EVERY):
            with contextlib.suppress(OSError):
                self._highest = max(self._highest, memory(self._pid, "VmHWM"))


def memory(pid: int, field: str) -> int:
    """`VmRSS` or `VmHWM` of a process, in bytes; 0 if it is ending."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    return 0


@contextlib.contextmanager
def standing(
    command: Sequence[str], environment: Mapping[str, str], cwd: Path, log: Path
) -> Iterator[subprocess.Popen[str]]:
    """A process that lasts as long as the block; its stderr goes to `log`."""
    with log.open("w") as err:
        process = subprocess.Popen(
            command, env=dict(environment), cwd=cwd, stdout=subprocess.PIPE, stderr=err, text=True
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


def first_line(process: subprocess.Popen[str], log: Path) -> str:
    """Return the line that a process prints when it is ready. Raises Failed if it ended instead."""
    line = process.stdout.readline().strip() if process.stdout else ""
    if not line:
        raise Failed(log.read_text()[-3000:])
    return line
