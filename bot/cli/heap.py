"""Keeps the process's memory from scattering over the C library's arenas.

glibc makes up to eight arenas for each core, for threads that allocate at once, and gives little of
them back: after minutes of look-ups, read and rendered in worker threads, a process held 390 MB of
which 38 were in use, and with these limits 147 MB (measured on two cores, 200 look-ups a minute).
https://sourceware.org/glibc/manual/latest/html_node/Malloc-Tunable-Parameters.html
"""

import ctypes

ARENAS = 2
"""The loop has one, all worker threads share the other: Python's lock lets one run at a time."""

MAPPED_BYTES = 1024 * 1024
"""Larger blocks are the system's own and go back to it at once. To set it keeps glibc from raising
it to 32 MB by itself."""

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # malloc.h


def bound_heap() -> bool:
    """To be called before threads begin; False where the C library is not glibc."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    few = bool(mallopt(_M_ARENA_MAX, ARENAS))
    mapped = bool(mallopt(_M_MMAP_THRESHOLD, MAPPED_BYTES))
    return few and mapped
