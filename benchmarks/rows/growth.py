"""Costs of a look-up by events, people and sessions: one is varied, the others stay."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.bench import Bench
from benchmarks.checks import whole
from benchmarks.sizes import Shape, axes
from benchmarks.table import megabytes, middle, seconds

_FITS = 0.15
"""A line that is off by no more than this share at each size is told as the formula."""
_FLAT = 0.05
_PER = {"events": 1_000, "people": 1_000, "sessions": 100}


@dataclass(frozen=True, slots=True)
class Cost:
    """One look-up, process start included: seconds, CPU seconds, bytes at the peak, calls."""

    wall: float
    cpu: float
    peak: float
    calls: float


@dataclass(frozen=True, slots=True)
class Grown:
    """One line: a size and its costs, or the formulas of an axis."""

    varied: str
    number: str
    cells: tuple[str, ...]

    def line(self) -> str:
        """The row in Markdown."""
        return f"| {self.varied} | {self.number} | {' | '.join(self.cells)} |"


_TOLD: tuple[tuple[Callable[[Cost], float], Callable[[float], str]], ...] = (
    (lambda cost: cost.wall, seconds),
    (lambda cost: cost.cpu, seconds),
    (lambda cost: cost.peak, megabytes),
    (lambda cost: cost.calls, lambda calls: f"{calls:.0f}"),
)


def measure(bench: Bench) -> Iterator[Grown]:
    """The lines of each axis, then its formulas."""
    bench.delay(bench.sizes.delay)
    known: dict[Shape, Cost] = {}
    for varied, shapes in axes(bench.sizes).items():
        for number, shape in shapes.items():
            if shape not in known:
                known[shape] = _cost(bench, shape)
            cells = tuple(tell(of(known[shape])) for of, tell in _TOLD)
            yield Grown(varied, f"{number:,}", cells)
        yield _formulas(varied, {number: known[shape] for number, shape in shapes.items()})


def _cost(bench: Bench, shape: Shape) -> Cost:
    """Medians of a few look-ups, each with a new database; one of the largest room must do."""
    costs = []
    for turn in range(1 if shape.events > bench.sizes.events else bench.sizes.repeats):
        bench.forget_calls()
        ran = bench.lookup(bench.room(shape.name), database=f"{shape.name}-{turn}")
        whole(ran, shape.events)
        costs.append((ran.wall, ran.cpu, ran.peak, len(bench.calls())))
    return Cost(*(middle(values) for values in zip(*costs, strict=True)))


def _formulas(varied: str, costs: Mapping[int, Cost]) -> Grown:
    sizes = list(costs)
    cells = (
        formula(sizes, [of(cost) for cost in costs.values()], varied, tell) for of, tell in _TOLD
    )
    return Grown(varied, "**formula**", tuple(cells))


def formula(
    sizes: Sequence[float], values: Sequence[float], varied: str, tell: Callable[[float], str]
) -> str:
    """The straight line through the values, or that there is none."""
    base, slope = straight_line(sizes, values)
    pairs = list(zip(sizes, values, strict=True))
    off = max(abs(base + slope * size - value) / value for size, value in pairs)
    if max(values) - min(values) <= _FLAT * max(values):
        return f"{tell(middle(values))} at each"
    if off > _FITS:
        return f"no straight line (off by {off:.0%}): see below"
    sign = "-" if slope < 0 else "+"
    per = tell(abs(slope) * _PER[varied])
    each = f"{per} for each {_PER[varied]:,} {varied}"
    return f"{tell(base)} {sign} {each} (within {max(off, 0.01):.0%})"


def straight_line(sizes: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """Where the line begins and what it adds for each; relative errors weigh, not absolute."""
    weights = [1 / value**2 for value in values]
    total = sum(weights)
    size = sum(w * x for w, x in zip(weights, sizes, strict=True)) / total
    value = sum(w * y for w, y in zip(weights, values, strict=True)) / total
    points = list(zip(weights, sizes, values, strict=True))
    spread = sum(w * (x - size) ** 2 for w, x, _ in points)
    slope = sum(w * (x - size) * (y - value) for w, x, y in points) / spread
    return value - slope * size, slope
