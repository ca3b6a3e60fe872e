"""CPU time, measured in processes of their own without any delay."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.checks import expect
from benchmarks.sizes import REAL, ROOM_SETS, RoomSet
from benchmarks.table import Row, ratio


def measure(bench: Bench) -> Iterator[Row]:
    """Fetch, fold and diagnosis against json.loads of the same bytes; then a long answer."""
    sizes = bench.sizes
    bench.delay(0)
    for rooms in ROOM_SETS:
        yield _fold_cost(bench, rooms)
    answer = bench.measured("answer_cost", bench.room("failures"))
    expect(answer["failures"], sizes.failures, "failures in the answer")
    milliseconds = answer["cpu"] * 1000
    yield Row(
        f"answer for {sizes.failures} failures (render + pack)",
        milliseconds,
        f"{milliseconds:.0f} ms CPU",
        f"median of {answer['times']}; the first after the start takes "
        f"{answer['first'] * 1000:.0f} ms; {answer['messages']} messages",
        most=50,
        target="≤ 50 ms CPU",
        more=True,
    )


def _fold_cost(bench: Bench, rooms: RoomSet) -> Row:
    sizes, costs = bench.sizes, []
    for _ in range(sizes.repeats):
        found = bench.measured("fold_cost", bench.room(rooms.even), bench.room("small-0"))
        expect(found["events"], sizes.events, "events folded")
        expect(found["decoded"], sizes.events, "events decoded")
        costs.append((found["cpu"] / found["json_loads"], found["cpu"], found["json_loads"]))
    share, cpu, loads = sorted(costs)[len(costs) // 2]
    return ratio(
        f"CPU of fetch, fold and diagnosis per event ÷ `json.loads` of the same bytes{rooms.label}",
        share,
        f"{cpu / sizes.events * 1e6:.0f} µs ÷ {loads / sizes.events * 1e6:.1f} µs an event",
        8,
        more=rooms is not REAL,
    )
