"""A peer of whom nothing but the id is known, among thousands of sessions."""

from collections.abc import Iterator
from urllib.parse import parse_qs

from benchmarks.bench import Bench
from benchmarks.checks import whole
from benchmarks.processes import Failed
from benchmarks.table import Row, ratio, seconds


def measure(bench: Bench) -> Iterator[Row]:
    """Peers of different age, each searched with nothing known; then asked once more."""
    bench.delay(bench.sizes.delay)
    ours, theirs, again, count = 0.0, 0.0, 0, len(bench.sizes.ages)
    sessions = bench.sizes.searched_rooms * bench.sizes.searched_sessions
    for number, age in enumerate(bench.sizes.ages):
        room, peer = _peer(bench, age)
        database = f"peer-{number}"
        bench.forget_calls()
        whole(bench.lookup(peer, database), 0)
        ours += _found_after(bench, bench.room(room))
        bench.forget_calls()
        whole(bench.lookup(peer, database), 0)
        again += _searches(bench)
        theirs += bench.measured("sequential_search", peer)["seconds"]
    yield ratio(
        f"peer id with no room known, {sessions:,} sessions in 30 days, "
        f"{seconds(bench.sizes.delay)} ÷ a sequential search",
        ours / theirs,
        f"{seconds(ours / count)} ÷ {seconds(theirs / count)}, means of {count} peers of different "
        "age",
        0.2,
        more=True,
    )
    yield Row(
        "the same peer a second time: calls that search",
        again,
        str(again),
        f"lists of sessions without a room, and rooms by name, in {count} look-ups",
        most=0,
        target="0",
        more=True,
    )


def _peer(bench: Bench, age: float) -> tuple[str, str]:
    """The n-th session from the newest, and somebody in it."""
    searched = [
        (int(session["id"][:8], 16), name, session["peers"])
        for name, room in bench.rooms.items()
        if name.startswith("searched-")
        for session in room["sessions"]
    ]
    searched.sort(reverse=True)
    _, name, peers = searched[int(len(searched) * age)]
    return name, str(peers[len(peers) // 2])


def _found_after(bench: Bench, room_id: str) -> float:
    """From the arrival of the first call to that of the first about the room."""
    calls = sorted(bench.calls(), key=lambda call: call[2])
    for path, query, arrived, _ in calls:
        if room_id in path or parse_qs(query).get("room_id") == [room_id]:
            return arrived - calls[0][2]
    raise Failed("the peer's room was never asked for")


def _searches(bench: Bench) -> int:
    return sum(
        (path == "/v2/sessions" and "room_id=" not in query)
        or (path == "/v2/rooms" and "name=" in query)
        for path, query, _, _ in bench.calls()
    )
