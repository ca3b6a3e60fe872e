"""Look-ups in the terminal beside a script with `requests`, and what a start alone takes."""

import sys
from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.checks import names_all, whole
from benchmarks.processes import Failed, Ran, run
from benchmarks.rows.beside import INSTEAD, PACKAGES, Beside, install_requests
from benchmarks.sizes import REAL
from benchmarks.table import Row, middle, missing, ratio, seconds

OURS, THEIRS = "Call Doctor, `lookup --json`", "a script with `requests`"
_IMPORT_SECONDS = 0.15
"""What `import httpx` takes on the machine for which the time of `--help` is told."""


def measure(bench: Bench) -> Iterator[Row | Beside]:
    """The real room at every delay, an empty one at the usual one and at none, and `--help`."""
    absent = install_requests()
    for delay in bench.sizes.delays:
        bench.delay(delay)
        mine = _median(OURS, delay, _lookups(bench, REAL.even, bench.sizes.events, f"{delay}"))
        yield mine
        other = Beside(THEIRS, delay, missing=absent)
        if not absent:
            other = _median(THEIRS, delay, _scripts(bench, REAL.even, bench.sizes.events))
        yield other
        if delay == bench.sizes.delay:
            yield _compared(bench, mine, other)
    for delay in sorted({0.0, bench.sizes.delay}):
        bench.delay(delay)
        yield _empty(bench, delay, absent)
    yield _help(bench)


def _compared(bench: Bench, mine: Beside, other: Beside) -> Row:
    measure = f"`lookup --json`, {bench.sizes.events:,} events ÷ {THEIRS}, {seconds(mine.delay)}"
    if other.missing:
        return missing(measure, other.missing, "≤ 0.3")
    parts = f"{seconds(mine.whole)} ÷ {seconds(other.whole)}, medians of {bench.sizes.repeats}"
    return ratio(measure, mine.whole / other.whole, parts, 0.3)


def _empty(bench: Bench, delay: float, absent: str) -> Row:
    measure = (
        "`lookup --json` of an empty room ÷ the same with `requests` (process start included), "
        f"{seconds(delay)}"
    )
    if absent:
        return missing(measure, absent, "≤ 2.0")
    first = _lookup(bench, "empty", 0, f"empty-{delay}")
    mine = _median(
        OURS, delay, [_lookup(bench, "empty", 0, f"empty-{delay}") for _ in _turns(bench)]
    )
    other = _median(THEIRS, delay, _scripts(bench, "empty", 0))
    parts = (
        f"{seconds(mine.whole)} ÷ {seconds(other.whole)}, medians of {bench.sizes.repeats}; "
        f"the first, which makes the database, took {seconds(first.wall)}"
    )
    return ratio(measure, mine.whole / other.whole, parts, 2.0)


def _help(bench: Bench) -> Row:
    """Turn by turn, so that both meet the same machine."""
    helps, imports = list[float](), list[float]()
    for _ in range(2 * bench.sizes.repeats + 1):
        helps.append(bench.program("bot", "--help").wall)
        command = [sys.executable, "-c", "import httpx"]
        imports.append(run(command, bench.environment(), bench.home).wall)
    shown, imported = middle(helps), middle(imports)
    value = shown * _IMPORT_SECONDS / imported
    return Row(
        f'`call-doctor --help`, where `python -c "import httpx"` takes {_IMPORT_SECONDS} s',
        value,
        f"{value:.2f} s",
        f"{seconds(shown)} where it takes {seconds(imported)}, medians of {len(helps)}",
        most=0.25,
        target="≤ 0.25 s",
    )


def _turns(bench: Bench) -> range:
    return range(bench.sizes.repeats)


def _lookups(bench: Bench, room: str, events: int, database: str) -> list[Ran]:
    """Look-ups with a new database each."""
    return [_lookup(bench, room, events, f"terminal-{database}-{turn}") for turn in _turns(bench)]


def _lookup(bench: Bench, room: str, events: int, database: str) -> Ran:
    ran = bench.lookup(bench.room(room), database)
    whole(ran, events)
    return ran


def _scripts(bench: Bench, room: str, events: int) -> list[Ran]:
    """Runs of the script, which prints when it is done: its first sentence is its last."""
    environment = {**bench.environment(), "PYTHONPATH": str(PACKAGES)}
    command = [sys.executable, str(INSTEAD / "with_requests.py"), bench.room(room)]
    runs = [run(command, environment, bench.home) for _ in _turns(bench)]
    for ran in runs:
        if not names_all(ran.out, events):
            raise Failed(f"the script does not tell {events} events: {ran.out[:200]}")
    return runs


def _median(program: str, delay: float, runs: list[Ran]) -> Beside:
    wall = middle([ran.wall for ran in runs])
    return Beside(program, delay, wall, wall, max(ran.peak for ran in runs))
