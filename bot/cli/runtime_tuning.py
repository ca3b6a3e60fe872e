"""Tunes Python's garbage collector and glibc's allocator for a long-running process.

Objects that live as long as the process are frozen, so that the collector skips them. Measured on
this project's two cores: 285,000 objects exist once everything is imported; a full collection
takes 0.18 s, during which no question is answered, and the collections during the imports take
0.26 s of 1.1 s. Both devices save 33 % of the CPU of a look-up of 10,000 events.

glibc makes up to eight arenas for each core, for threads that allocate at once, and returns little
of them to the system. After minutes of look-ups, read and rendered in worker threads, a process
held 390 MB, of which 38 were in use; with these limits it held 147 MB (measured on two cores, 200
look-ups a minute).
https://sourceware.org/glibc/manual/latest/html_node/Malloc-Tunable-Parameters.html
"""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG = 5_000
"""Objects made, less those freed, before the young generation is collected: a few ms of work."""
_MIDDLE, _OLD = 5, 100
"""A large look-up holds a million objects for a while, which Python's default thresholds scan
again and again; unreferenced objects are freed without any of this."""


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the collector while the block runs, then freeze everything made in it."""
    gc.disable()
    try:
        yield
    finally:
        freeze_gc()
        gc.enable()


def freeze_gc() -> None:
    """Freeze all objects that exist now: the collector ignores them from now on."""
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    gc.freeze()


ARENAS = 2
"""One arena for the event loop, one for all worker threads: Python's lock lets one thread run at
a time."""

MMAP_THRESHOLD_BYTES = 1024 * 1024
"""Larger blocks are mapped separately and return to the system at once. Setting the threshold
also keeps glibc from raising it to 32 MB by itself."""

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # malloc.h


def limit_malloc_arenas() -> bool:
    """Set both limits, before threads start; return False if the C library is not glibc."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    arenas_set = bool(mallopt(_M_ARENA_MAX, ARENAS))
    threshold_set = bool(mallopt(_M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES))
    return arenas_set and threshold_set
