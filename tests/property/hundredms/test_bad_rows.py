"""Whatever a row holds, it costs itself alone: the answer about the others never changes."""

import json
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.domain.events import ERROR_TYPES
from bot.render.json_document import document
from tests.support.examples import examples
from tests.support.hundredms.room_in_rows import (
    ORDINARY,
    ROOM,
    SESSION,
    Bodies,
    Raw,
    ask,
    event,
    good,
)

FIELDS = (
    "user_id", "user_name", "peer_id", "account_id", "room_id", "session_id", "room_name",
    "template_id", "role", "error_code", "error_name", "error_message", "error_description",
    "is_terminal", "action", "domain", "transport_state", "endpoint", "retries_join", "audio",
    "video", "devices", "agent", "network_info", "requested_at", "anything",
)  # fmt: skip
few = examples(15, phases=[Phase.explicit, Phase.generate])

odd = st.sampled_from([
    "", "\x00", "\ud83d", "9" * 400, "1" * 4_000, "x" * 30_000, "0", "-0", "NaN", "1e999", "\u202e",
    10**400, -(10**400), 10**4_000, 2**63, 1e308, float("nan"), float("inf"), [[[[]]]], {"": {}},
    "2026-05-01T09:00:01", "9999-12-31T23:59:59.999999999+00:00", "0001-01-01T00:00:00-14:00",
    ["a"] * 500, {str(number): number for number in range(500)},
])  # fmt: skip
jsons = st.recursive(
    odd
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(FIELDS), inner, max_size=3)
    ),
    max_leaves=8,
)
datas = st.dictionaries(st.sampled_from(FIELDS), jsons, max_size=len(FIELDS)) | jsons
outlines = st.fixed_dictionaries(
    {"data": datas},
    optional={"timestamp": jsons, "type": st.sampled_from(ERROR_TYPES) | jsons, "version": jsons},
)
DEEP = '{"id": "deep", "type": "x", "data": ' + "[" * 20_000 + "]" * 20_000 + "}"
LONG = '{"id": "long", "type": "x", "data": {"error_code": ' + "7" * 5_000 + "}}"
TWICE = '{"id": "a", "id": "twice", "type": "client.join.failed", "data": {}, "data": []}'
BROKEN = {"deep": DEEP, "long": LONG, "null": "null", "7": "7", "text": '"text"', "list": "[]",
          "nothing": "{}", "no type": '{"id": "x"}', "twice": TWICE}  # fmt: skip
broken = st.sampled_from(list(BROKEN))


def of_another(number: int, kind: str, outline: dict[str, Any]) -> dict[str, Any]:
    """An odd row beside the ordinary ones. It is somebody else's, whatever its fields say."""
    row = {**event(90, kind), "id": f"odd-{number}", **outline}
    data = row["data"]
    if isinstance(data, dict):
        taken = {str(one["data"]["peer_id"]) for one in ORDINARY.values()}
        row["data"] = {name: value for name, value in data.items() if str(value) not in taken}
    return row


async def ordinary() -> dict[str, Any]:
    return good(await ask(Bodies({kind: [row] for kind, row in ORDINARY.items()})))


@pytest.mark.parametrize("name", FIELDS)
@given(value=jsons)
@settings(few, max_examples=2)
async def test_one_field_of_all_types(name: str, value: object) -> None:
    rows: dict[str, list[object]] = {
        kind: [of_another(number, kind, {"data": {name: value}}), ORDINARY[kind]]
        for number, kind in enumerate(ERROR_TYPES)
    }
    report = await ask(Bodies(rows))
    assert good(report) == await ordinary()
    assert report.completeness.unreadable == 0
    assert len(report.events) == 2 * len(ERROR_TYPES)


@given(st.lists(st.tuples(st.sampled_from(ERROR_TYPES), outlines), max_size=6))
@few
async def test_rows_of_any_content(outlined: list[tuple[str, dict[str, Any]]]) -> None:
    rows: dict[str, list[object]] = {kind: [row] for kind, row in ORDINARY.items()}
    for number, (kind, outline) in enumerate(outlined):
        rows[kind].insert(number % 2, of_another(number, kind, outline))
    report = await ask(Bodies(rows))
    assert good(report) == await ordinary()
    seen = report.completeness
    assert seen.fetched == len(ORDINARY) + len(outlined)
    assert bool(seen.unreadable) <= (not seen.complete)


@given(st.lists(st.tuples(st.sampled_from(ERROR_TYPES), broken), min_size=1, max_size=6))
@few
async def test_rows_that_no_reader_takes(found: list[tuple[str, str]]) -> None:
    rows: dict[str, list[object]] = {kind: [row] for kind, row in ORDINARY.items()}
    for number, (kind, row) in enumerate(found):
        rows[kind].insert(number % 2, Raw(BROKEN[row]))
    report = await ask(Bodies(rows))
    assert good(report) == await ordinary()
    lost = sum(row != "twice" for _, row in found)
    assert report.completeness.unreadable == lost
    assert report.completeness.complete == (lost == 0)
    if lost:
        words = "1 event could not be read." if lost == 1 else f"{lost} events could not be read."
        assert words in report.completeness.notes
    assert document(report)["completeness"]["unreadable"] == lost


@given(total=jsons, following=jsons)
@few
async def test_no_total_and_no_cursor_ends_a_look_up(total: object, following: object) -> None:
    rows = {kind: [row] for kind, row in ORDINARY.items()}
    assert good(await ask(Bodies(rows, total=total, next=following))) == await ordinary()


@given(sessions=jsons | st.fixed_dictionaries({"data": st.lists(jsons, max_size=3)}), stats=jsons,
       tracks=st.lists(jsons, max_size=3), peers=jsons)  # fmt: skip
@few
async def test_no_other_body_ends_a_look_up(
    sessions: object, stats: object, tracks: list[object], peers: object
) -> None:
    rows = {kind: [row] for kind, row in ORDINARY.items()}
    first = await ask(Bodies(rows, sessions=sessions, stats=stats, tracks=tracks))
    held = {"id": SESSION, "room_id": ROOM, "created_at": "2026-05-01T08:59:00Z", "peers": peers}
    second = await ask(Bodies(rows, sessions={"data": [held, None]}, stats=stats))
    for report in (first, second):
        assert [one["event_id"] for one in good(report)["failures"]] == [
            one["event_id"] for one in (await ordinary())["failures"]
        ]
    assert report.diagnosis


async def test_times_that_cannot_be_read_are_told() -> None:
    kind = ERROR_TYPES[0]
    lost = [{**event(90 + n, kind), "id": f"odd-{n}", "timestamp": at} for n, at in enumerate(
        [None, "soon"]
    )]  # fmt: skip
    rows: dict[str, list[object]] = {kind: [*lost, ORDINARY[kind]]}
    told = document(await ask(Bodies(rows)))
    assert [one["at"] for one in told["failures"][1:]] == [None, None]
    assert told["failures"][0]["event_id"] == "good-0"
    assert told["completeness"] == {
        "fetched": 3, "total": 3, "complete": True, "notes": [], "unreadable": 0,
    }  # fmt: skip
    cut = document(await ask(Bodies(rows), f"room {ROOM} since 7d"))
    assert [one["event_id"] for one in cut["failures"]] == ["good-0"]
    assert cut["completeness"]["notes"] == [
        "2 events have no readable time and may belong to the time asked for; not counted here."
    ]


async def test_a_huge_text_is_cut_before_it_is_cleaned() -> None:
    kind = ERROR_TYPES[0]
    data = {**event(0, kind)["data"], "error_message": "203.0.113.7 " * 300_000}
    report = await ask(Bodies({kind: [{**event(0, kind), "data": data}]}))
    (failure,) = document(report)["failures"]
    assert len(failure["error_message"]) <= 10_000
    assert "203.0" not in json.dumps(failure)
