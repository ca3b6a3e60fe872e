"""Pages are read through what was read before; that must not show in what comes out."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import ErrorEvent
from bot.hundredms.error_events import parse_event
from bot.hundredms.lenient import parse_body
from bot.hundredms.schemas import EventsWire
from tests.support.events import facts_of
from tests.support.examples import examples
from tests.support.hundredms.reference_parser import KNOWN, plain_events

KEY = b"key of the tests"
ICE = (
    "local candidate - candidate:1 1 udp 41886207 198.51.100.9 52563 typ {} raddr 203.0.113.7 "
    "rport 53039; remote candidate - candidate:2 1 udp 1 2001:db8::1 26058 typ prflx"
)

# Alike to Python, not alike in JSON: 1, 1.0 and true are told apart.
alike: st.SearchStrategy[Any] = st.sampled_from(
    (0, 0.0, False, "", None, 1, 1.0, True, "1", "true", -1, [], {})
)
scalars = (
    alike
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | st.sampled_from(
        (ICE.format("host"), ICE.format("relay"), "token=hush eyJhbGci.eyJ0", "0" * 24)
    )
)
jsons = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcéé \n", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
agents = st.dictionaries(
    st.sampled_from(("sdk", "os", "device_model", "is_prebuilt", "string")),
    scalars | st.just("os:web,env:debug,is_prebuilt:true"),
    max_size=4,
)
datas = st.dictionaries(
    st.sampled_from([*sorted(KNOWN), "network_info", "requested_at", "secret"]), jsons, max_size=9
) | st.fixed_dictionaries({"agent": agents, "user_id": alike, "error_code": alike})
stamps = st.sampled_from(
    ("2026-05-01T09:00:01.5Z", "2026-05-01T09:00:01.123456789Z", "2026-05-01T14:30:01+05:30",
     "0001-01-01T00:00:00Z", " 2026-05-01T09:00:01Z ", "soon")
)  # fmt: skip
rows = st.fixed_dictionaries(
    {"id": st.just("x") | scalars, "type": st.just("t") | scalars, "timestamp": stamps | scalars},
    optional={"data": datas | jsons, "version": scalars},
)


@given(st.lists(rows | jsons, max_size=6))
@examples(400)
def test_a_page_is_read_as_if_it_were_the_first(page: list[Any]) -> None:
    body = json.dumps({"events": page}).encode()
    wire = parse_body(EventsWire, body)
    found = [event for row in wire.events if (event := parse_event(row, KEY))]
    wanted = plain_events(body, KEY)
    assert [repr(facts_of(event)) for event in found] == [repr(facts_of(e)) for e in wanted]


def test_what_repeats_is_held_once() -> None:
    data = {"peer_id": "p", "error_message": "gone", "agent": {"os": "ios"}}
    row = {"id": "x", "type": "t", "timestamp": "2026-05-01T09:00:01Z", "data": data}
    body = json.dumps({"events": [row, {**row, "id": "y"}]}).encode()
    one, other = (parse_event(row, KEY) for row in parse_body(EventsWire, body).events)
    assert isinstance(one, ErrorEvent)
    assert isinstance(other, ErrorEvent)
    assert one.sender is other.sender
    assert one.failure is other.failure


def test_a_huge_text_is_not_kept() -> None:
    data = {"peer_id": "p" * 5000, "error_description": "x" * 5000}
    row = {"id": "x", "type": "t", "timestamp": "2026-05-01T09:00:01Z", "data": data}
    body = json.dumps({"events": [row, row]}).encode()
    one, other = (parse_event(row, KEY) for row in parse_body(EventsWire, body).events)
    assert repr(one) == repr(other)
    assert isinstance(one, ErrorEvent)
    assert isinstance(other, ErrorEvent)
    assert one.sender is not other.sender
    assert one.failure is not other.failure
