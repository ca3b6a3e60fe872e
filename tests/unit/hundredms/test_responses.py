"""What becomes of the things 100ms sends."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.domain.events import Agent, ErrorEvent
from bot.domain.report import distinct_events
from bot.investigate.ports import EventQuery, Page
from tests.support.events import facts_of
from tests.support.hundredms.client_harness import PEER, ROOM, SESSION, bench, event, page

QUERY = EventQuery(ROOM, "client.join.failed")
SRFLX = (
    "local candidate - candidate:1568058436 1 udp 1686052607 {} 55107 typ srflx raddr 10.0.0.7 "
    "rport 55107 generation 0 network-id 1; remote candidate - candidate:3724683490 1 udp "
    "1694498815 203.0.113.9 35939 typ srflx raddr 0.0.0.0 rport 0"
)


async def read(*rows: object) -> Page:
    async with bench(page(*rows)) as at:
        return await at.client.events(QUERY)


async def one(**data: Any) -> ErrorEvent:
    (found,) = (await read(event(**data))).events
    return found


async def test_a_page_of_a_large_room_is_read_as_any_other() -> None:
    rows = [event(user_name="Ann"), event(error_code="4005"), "no row"]
    async with bench(page(*rows), page(*rows, total=10_000)) as at:
        small, large = await at.client.events(QUERY), await at.client.events(QUERY)
    assert (large.rows, large.unreadable, large.total) == (3, 1, 10_000)
    assert list(map(facts_of, large.events)) == list(map(facts_of, small.events))


async def test_an_event_with_all_its_fields() -> None:
    found = await one(
        peer_id=PEER,
        user_id="ann@example.test",
        user_name="Ann",
        session_id=SESSION,
        room_name="desk",
        template_id="t",
        account_id="a",
        role="host",
        error_code=500,
        error_name="ServerErrors",
        error_message="sfu join failed ",
        error_description="sfu\njoin failed",
        is_terminal=True,
        action="JOIN",
        domain="HMS",
        transport_state="Joined",
        endpoint="https://init.example.test/init",
        retries_join=0,
    )
    assert (found.peer_id, found.user_id, found.session_id) == (PEER, "ann@example.test", SESSION)
    assert (found.template_id, found.account_id, found.role) == ("t", "a", "host")
    assert (found.error_code, found.error_name) == (500, "ServerErrors")
    assert found.error_message == "sfu join failed"
    assert found.error_description == "sfu join failed"
    assert found.is_terminal
    assert (found.action, found.domain, found.transport_state) == ("JOIN", "HMS", "Joined")
    assert found.endpoint == "https://init.example.test/init"
    assert found.retries_join == 0
    assert found.at == datetime(2026, 5, 1, 9, 0, 1, 123456, tzinfo=UTC)
    assert found.stamp == "2026-05-01T09:00:01.123456789Z"


@pytest.mark.parametrize(
    ("stamp", "microsecond"),
    [("2026-05-01T09:00:01.123Z", 123000), ("2026-05-01T09:00:01.12345678Z", 123456),
     ("2026-05-01T09:00:01Z", 0), ("2026-05-01T14:30:01.5+05:30", 500000)],
)  # fmt: skip
async def test_time_stamps_of_any_precision(stamp: str, microsecond: int) -> None:
    (found,) = (await read({**event(), "timestamp": stamp})).events
    assert found.at == datetime(2026, 5, 1, 9, 0, 1, microsecond, tzinfo=UTC)
    assert found.stamp == stamp


async def test_numbers_and_truth_as_text() -> None:
    found = await one(error_code="4006", is_terminal="true", retries_join="2", user_id=17)
    assert (found.error_code, found.is_terminal, found.retries_join) == (4006, True, 2)
    assert found.user_id == "17"


async def test_blanks_and_zeros_are_not_reported() -> None:
    found = await one(
        session_id="",
        endpoint="",
        user_name="  ",
        audio={"maxBitrate": 0, "deviceId": "", "volume": 0, "codec": ""},
        video={"height": 0, "width": 0},
        devices={"videoInput": [], "audioInput": [], "audioOutput": None},
        network_info={"rtt": 0, "type": ""},
    )
    assert (found.session_id, found.endpoint, found.user_name) == (None, None, None)
    assert found.media == found.extras == ()


async def test_media_is_readable() -> None:
    found = await one(
        audio={"maxBitrate": 32, "codec": "opus", "deviceId": "default", "volume": 0.5},
        video={"height": 720, "width": 1280, "maxFramerate": 30, "codec": "vp8", "simulcast": True},
        devices={
            "videoInput": [{"label": "FaceTime HD", "kind": "videoinput", "deviceId": "x"}],
            "audioInput": [{"label": name} for name in ("A", "B", "C", "D", "")],
            "audioOutput": [{"label": ""}],
        },
    )
    assert dict(found.media) == {
        "Audio": "codec opus, up to 32 kbit/s, volume 0.5, device default",
        "Video": "1280\u00d7720, codec vp8, up to 30 fps, simulcast true",
        "Cameras": "FaceTime HD",
        "Microphones": "5: A, B, C and 1 more, 1 without a name",
        "Speakers": "1 without a name",
    }


async def test_every_other_field_is_kept() -> None:
    found = await one(
        requested_at=1717000000000,
        document_hidden=False,
        network_info={"rtt": 50, "effectiveType": "4g", "deep": {"down": {"further": {"x": 1}}}},
        recent_pong_response_times=[12, 0, 15],
        stray_objects=[{"a": 1, "b": ""}],
        recording_presigned_url="https://store.example.test/?sig=hush",
    )
    assert dict(found.extras) == {
        "requested_at": "1717000000000",
        "document_hidden": "false",
        "network_info.rtt": "50",
        "network_info.effectiveType": "4g",
        "network_info.deep.down.further": "x=1",
        "recent_pong_response_times": "12, 15",
        "stray_objects": "a=1",
        "recording_presigned_url": "[hidden]",
    }


async def test_too_many_other_fields_are_counted() -> None:
    found = await one(**{f"field_{number}": "x" for number in range(100)})
    assert len(found.extras) == 41
    assert found.extras[-1] == ("more", "60 more fields")


async def test_the_agent_out_of_fields_and_text() -> None:
    text = "os:web_Mac_OS,os_version:10.15.7,sdk:web,env:debug,is_prebuilt:true,odd,a:b:c"
    found = await one(agent={"sdk": "web", "device_model": "Chrome_125.0.0.0", "string": text})
    assert found.agent == Agent(
        sdk="web",
        os="web_Mac_OS",
        os_version="10.15.7",
        device_model="Chrome_125.0.0.0",
        is_prebuilt=True,
        env="debug",
    )
    assert (await one(agent="sdk:android,os_version:33")).agent.os_version == "33"
    assert (await one(agent="hmsClient/x Android/30 (MODEL)")).agent == Agent()
    assert (await one(agent=[1])).agent == Agent()


async def test_free_texts_hold_no_addresses_controls_or_tokens() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJyb29tX2lkIjoieCJ9.c2ln"
    found = await one(
        user_name="A\x00nn\u202e 192.0.2.1",
        error_description=SRFLX.format("198.51.100.4"),
        error_message=f"wss://ws.example.test/?token={token}&x=1 and {token}",
        endpoint="https://203.0.113.5/init?auth_token=hush",
        devices={"videoInput": [{"label": "cam 2001:db8::7"}]},
        note="from 203.0.113.77",
    )
    text = repr(found)
    for hidden in ("192.0.2.1", "198.51.100.4", "10.0.0.7", "203.0.113", "2001:db8", "55107",
                   "hush", "eyJ", "\\x00", "\\u202e"):  # fmt: skip
        assert hidden not in text
    assert found.error_description
    assert "typ srflx" in found.error_description


async def test_identifiers_are_left_alone() -> None:
    found = await one(user_id=" 192.0.2.1\u202e ", peer_id=PEER.upper())
    assert found.user_id == " 192.0.2.1\u202e "
    assert found.peer_id == PEER.upper()


async def test_public_addresses_can_be_compared_and_not_read() -> None:
    descriptions = [SRFLX.format(ip) for ip in ("198.51.100.4", "198.51.100.4", "198.51.100.5")]
    rows = [event(error_description=text) for text in descriptions]
    for number, row in enumerate(rows):
        row["id"] = str(number)
    same, again, other = (await read(*rows)).events
    assert same.public_address == again.public_address != other.public_address
    assert same.public_address
    assert "198.51" not in same.public_address
    (elsewhere,) = (await read(rows[0])).events
    assert elsewhere.public_address != same.public_address, "the key is each process's own"


@pytest.mark.parametrize(
    ("candidate", "known"),
    [
        ("1 1 udp 1 192.168.1.5 5000 typ host generation 0", False),
        ("1 1 udp 1 203.0.113.5 5000 typ host generation 0", True),
        ("1 1 udp 1 2001:db8::5 5000 typ host generation 0", True),
        ("1 1 udp 1 abcd.local 5000 typ host generation 0", False),
        ("1 1 udp 1 203.0.113.5 5000 typ relay raddr 198.51.100.1 rport 9", True),
        ("1 1 udp 1 203.0.113.5 5000 typ relay raddr 0.0.0.0 rport 0", False),
        ("1 1 udp 1 52563 typ relay raddr rport 53039", False),
        ("1 1 udp 1 ::ffff:10.0.0.1 5000 typ prflx", False),
    ],
)
async def test_which_candidates_name_a_public_address(candidate: str, *, known: bool) -> None:
    text = f"local candidate - candidate:{candidate}; remote candidate - undefined"
    assert bool((await one(error_description=text)).public_address) is known


async def test_people_of_one_home_share_the_mark_of_their_ipv6_network() -> None:
    line = "local candidate - candidate:1 1 udp 1 2001:db8:1:2::{} 5000 typ host; remote candidate"
    rows = [{**event(error_description=line.format(n)), "id": str(n)} for n in (1, 2)]
    one_of, other = (await read(*rows)).events
    assert one_of.public_address == other.public_address


@pytest.mark.parametrize(
    "bad",
    [None, 7, "text", [], {}, {"id": "", "type": "t", "timestamp": "2026-05-01T09:00:01Z"},
     {"id": "x", "type": None, "timestamp": "2026-05-01T09:00:01Z"},
     {"type": "t", "timestamp": "2026-05-01T09:00:01Z"}],
)  # fmt: skip
async def test_a_row_that_is_no_event_counts_as_received(bad: object) -> None:
    got = await read(bad, event())
    assert got.rows == 2
    assert len(got.events) == got.unreadable == 1


@pytest.mark.parametrize(
    "stamp",
    [None, "yesterday", "", 7, 10**400, {}, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
     "2026-13-01T00:00:00Z", 1_777_626_001_123],
)  # fmt: skip
async def test_an_event_without_a_readable_time_counts_and_stands_last(stamp: object) -> None:
    got = await read({**event(), "timestamp": stamp}, {**event(), "id": "later"})
    assert got.unreadable == 0
    last = distinct_events(got.events)[-1]
    assert (last.id, last.timed, last.stamp) == (event()["id"], False, "")


async def test_a_page_that_json_readers_refuse_is_read_row_by_row() -> None:
    deep = '{"id": "deep", "type": "t", "data": ' + "[" * 20_000 + "]" * 20_000 + "}"
    long = '{"id": "long", "type": "t", "data": {"x": ' + "1" * 5_000 + "}}"
    half = '{"id": "half", "type": "t", "data": {"user_name": "\\ud83d", "x": "}],{["}}'
    body = f'{{"total": {"9" * 5_000}, "events": [{deep}, {half}, {long}, {json.dumps(event())}]}}'
    async with bench(httpx.Response(200, content=body.encode())) as at:
        got = await at.client.events(QUERY)
    assert [one.id for one in got.events] == ["half", event()["id"]]
    assert (got.rows, got.unreadable, got.total) == (4, 2, None)


@pytest.mark.parametrize("digits", [20, 400, 4_300])
async def test_numbers_of_any_length_cost_their_field_alone(digits: int) -> None:
    number = "1" * digits
    found = await one(error_code=number, retries_join=int(number), other=int(number), user_id="u")
    assert (found.error_code, found.retries_join, found.user_id) == (None, None, "u")
    assert dict(found.extras)["other"].startswith("1111")


@pytest.mark.parametrize("after", [{}, {"a": 1}, [1], 7, 10**400, True, "\ud800", "x" * 20_000])
@pytest.mark.parametrize("total", [10**400, -1, "many", 1.5, {}, [[]], True, 2**62])
async def test_no_total_and_no_cursor_costs_an_event(total: object, after: object) -> None:
    body = json.dumps({"total": total, "next": after, "events": [event()]}).encode()
    async with bench(httpx.Response(200, content=body)) as at:
        got = await at.client.events(QUERY)
    assert len(got.events) == 1
    assert bool(got.next) == bool(after)


@pytest.mark.parametrize("data", [None, [], "text", 7, {}, {"agent": None, "audio": 7}])
async def test_an_event_without_usable_data_is_still_one(data: object) -> None:
    (found,) = (await read({**event(), "data": data})).events
    assert found.error_code is None
    assert not found.is_terminal


async def test_unknown_types_are_accepted() -> None:
    (found,) = (await read({**event(), "type": "client.new.kind", "later": {"x": 1}})).events
    assert found.type == "client.new.kind"


@pytest.mark.parametrize(
    ("body", "total", "after"),
    [
        ({}, None, ""),
        ({"events": None, "next": None, "total": None}, None, ""),
        ({"events": [], "next": "more", "total": "12"}, 12, "more"),
        ({"events": [], "total": -1}, None, ""),
        ({"events": [], "total": [], "next": {}}, None, ""),
    ],
)
async def test_an_envelope_with_gaps(body: object, total: int | None, after: str) -> None:
    async with bench(httpx.Response(200, json=body)) as at:
        assert await at.client.events(QUERY) == Page((), 0, total, after)


async def test_half_a_character_does_not_cost_the_page() -> None:
    body = json.dumps({"total": 1, "events": [event(user_name="Ann \ud83d")]})
    assert "\\ud83d" in body
    async with bench(httpx.Response(200, content=body.encode())) as at:
        (found,) = (await at.client.events(QUERY)).events
    assert found.user_name
    assert found.user_name.startswith("Ann")
    found.user_name.encode()


async def test_bytes_that_are_no_utf8_do_not_cost_the_page() -> None:
    body = json.dumps({"total": 1, "events": [event(user_name="Ann @")]}).encode()
    async with bench(httpx.Response(200, content=body.replace(b"@", b"\xff"))) as at:
        assert len((await at.client.events(QUERY)).events) == 1
