"""Threads that allocate at once do not each get an arena of the C library's own."""

import platform
import subprocess
import sys

import pytest

from bot.cli.runtime_tuning import ARENAS

# A process of its own: the limits cannot be taken back.
CROWD = """
import ctypes, sys, threading
from bot.cli.runtime_tuning import limit_malloc_arenas

bounded = limit_malloc_arenas()
together = threading.Barrier(16)

def allocate():
    together.wait()
    held = [bytearray(60_000) for _ in range(50)]
    together.wait()
    return held

threads = [threading.Thread(target=allocate) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()

libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.fclose.argtypes = libc.fflush.argtypes = [ctypes.c_void_p]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
out = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, out)
libc.fclose(out)
sys.exit(0 if bounded else 3)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_many_threads_share_few_arenas() -> None:
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", CROWD], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert 0 < done.stdout.count("<heap nr=") <= ARENAS
