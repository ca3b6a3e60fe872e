import ipaddress
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import workbench.pretend_hundredms as pretend
from tests.support.pretend_hundredms import NOW, bench, whole_demo
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.scenes.oddities import NAMESAKE
from workbench.pretend_hundredms.world import ERROR_TYPES, PretendRoom

DEMO = whole_demo()
SAMPLES = Path(pretend.__file__).parent / "samples"
ROOMS = [room for workspace in DEMO.workspaces for room in workspace.rooms]
ADDRESS_RANGES = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")

FIELDS = """
    session_id room_name template_id role domain audio video devices retries_join account_id
    transport_state endpoint requested_at responded_at network_info document_hidden
    num_degraded_tracks bitrate max_sub_bitrate recent_pong_response_times time
    init_response_time ws_connect_time on_policy_change_time local_audio_track_time
    local_video_track_time peer_list_time room_state_time join_response_time
    is_preview_called track_type selection isUserSelection
"""


def _errors(room: PretendRoom) -> list[dict[str, Any]]:
    return [event for event in room.events if event["type"] in ERROR_TYPES]


def _terminal(room: PretendRoom) -> list[dict[str, Any]]:
    return [event for event in _errors(room) if event["data"].get("is_terminal")]


@pytest.mark.parametrize(
    ("name", "errors", "terminal"),
    [
        ("sample-publish", 2, 0),
        ("sample-subscribe", 1, 0),
        ("sample-join", 1, 0),
        ("sample-disconnected", 1, 0),
        ("sample-connect", 1, 0),
        ("healthy", 0, 0),
        ("one-bad-user", 8, 1),
        ("storm", 334, 15),
        ("large", 12_000, 388),
        ("all-types", 41, 20),
        ("hostile", 53, 27),
    ],
)
async def test_the_named_rooms(name: str, errors: int, terminal: int) -> None:
    room = DEMO.room(name)
    assert (len(_errors(room)), len(_terminal(room))) == (errors, terminal)
    async with bench(DEMO) as b:
        found = (await b.read("/rooms", name=name))["data"]
        assert [one["id"] for one in found] == [room.id]
        page = await b.page(room_id=room.id, type=list(ERROR_TYPES), limit=100)
        assert page["total"] == errors
        assert page["limit"] == min(errors, 100)


@pytest.mark.parametrize("kind", ERROR_TYPES)
def test_a_sample_is_served_as_printed(kind: str) -> None:
    printed = json.loads((SAMPLES / f"{kind}.json").read_text())["events"]
    name = {"client.disconnected": "disconnected"}.get(kind) or kind.split(".")[1]
    room = DEMO.room(f"sample-{name}")
    assert len(room.events) == len(printed)
    for served, original in zip(room.events, printed, strict=True):
        assert served["data"]["room_id"] == room.id
        whole = {**served["data"], "room_id": original["data"]["room_id"]}
        assert whole == original["data"]
        assert (served["id"], served["type"]) == (original["id"], original["type"])
        assert served["timestamp"].split(".")[1] == original["timestamp"].split(".")[1]
        at = datetime.fromisoformat(served["timestamp"])
        assert NOW - timedelta(days=29) < at < NOW


def test_the_same_now_gives_the_same_world() -> None:
    assert demo_world(NOW) == DEMO


def test_room_and_session_ids_carry_their_second() -> None:
    for room in ROOMS:
        assert int(room.id[:8], 16) == int(room.created_at.timestamp())
        for session in () if room.name.startswith("sample-") else room.sessions:
            assert int(session.id[:8], 16) == int(session.created_at.timestamp())
    identities = [room.id for room in ROOMS] + [s.id for room in ROOMS for s in room.sessions]
    assert len(set(identities)) == len(identities)
    assert all(re.fullmatch("[0-9a-f]{24}", identity) for identity in identities)


def test_every_room_has_codes_of_its_own() -> None:
    codes = [code.code for room in ROOMS for code in room.codes]
    assert all(room.codes for room in ROOMS)
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[a-z]{3}-[a-z]{4}-[a-z]{3}", code) for code in codes)


def test_no_event_lies_in_the_future() -> None:
    for room in ROOMS:
        for event in room.events:
            assert datetime.fromisoformat(event["timestamp"]) <= NOW


def test_addresses_are_of_the_documentation_ranges() -> None:
    networks = [ipaddress.ip_network(text) for text in ADDRESS_RANGES]
    found = set(_addresses())
    assert found
    for address in found:
        assert any(address in network for network in networks), address


def _addresses() -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    for room in ROOMS:
        for event in room.events:
            agent = event["data"].get("agent")
            text = json.dumps({**event["data"], "agent": None}) if agent else ""
            for match in re.findall(r"(?<![\w.])\d+\.\d+\.\d+\.\d+(?![\w.])|2001:db8::\w+", text):
                yield ipaddress.ip_address(match)


def test_one_bad_user_is_one_peer_of_eight_who_gives_up_receiving_alone() -> None:
    room = DEMO.room("one-bad-user")
    assert len(room.sessions[0].peers) == 8
    assert len({event["data"]["peer_id"] for event in _errors(room)}) == 1
    publish, subscribe = (
        [event["data"] for event in _errors(room) if event["type"] == kind]
        for kind in ("client.publish.failed", "client.subscribe.failed")
    )
    assert [data["error_code"] for data in publish] == [4006, 4005] * 3
    assert not any(data["is_terminal"] for data in publish)
    assert [data["is_terminal"] for data in subscribe] == [False, True]
    assert "Could not recover after 60012 milliseconds" in subscribe[1]["error_description"]


def test_storm_has_a_flood_and_many_people() -> None:
    events = _errors(DEMO.room("storm"))
    connects = [event for event in events if event["type"] == "client.connect.failed"]
    assert len(connects) >= 250
    assert len({event["data"]["peer_id"] for event in connects}) == 1
    assert len({event["data"]["peer_id"] for event in _terminal(DEMO.room("storm"))}) > 5


def test_all_types_has_every_type_platform_and_field() -> None:
    events = _errors(DEMO.room("all-types"))
    seen = {
        (event["type"], event["data"]["agent"]["sdk"], event["data"]["is_terminal"])
        for event in events
    }
    assert len(seen) == 5 * 3 * 2
    assert any(event["data"]["agent"].get("framework") == "flutter" for event in events)
    fields = {name for event in events for name in event["data"]}
    for name in FIELDS.split():
        assert name in fields, name


def test_hostile_texts_are_really_there() -> None:
    text = json.dumps([event["data"] for event in DEMO.room("hostile").events], ensure_ascii=False)
    for piece in (
        "<!channel>",
        "@here",
        "{{ 7",
        "{% for",
        "\u202e",
        "\u200b",
        "🧑‍🚀",
        "192.0.2.44",
    ):
        assert piece in text
    longest = max(len(event["data"]["user_name"]) for event in DEMO.room("hostile").events)
    assert longest > 100_000


async def test_hostile_texts_travel_unharmed() -> None:
    room = DEMO.room("hostile")
    async with bench(DEMO) as b:
        events = [e for p in await b.walk(room_id=room.id, limit=7) for e in p["events"]]
        by_id = {event["id"]: event for event in room.events}
        assert all(event == by_id[event["id"]] for event in events)
        assert len(events) == len(by_id)


def test_names_can_mean_several_things() -> None:
    peers = {peer.id for s in DEMO.room("daily-standup").sessions for peer in s.peers}
    assert NAMESAKE in peers
    assert DEMO.room(NAMESAKE).sessions
    twins = [room for room in ROOMS if room.name == "in-both-workspaces"]
    assert len({room.id for room in twins}) == 2


def test_some_people_exist_in_events_alone() -> None:
    room = DEMO.room("never-got-in")
    assert not room.sessions
    assert len({event["data"]["peer_id"] for event in room.events}) == 5


def test_only_healthy_people_have_track_events() -> None:
    room = DEMO.room("one-bad-user")
    bad = {event["data"]["peer_id"] for event in _errors(room)}
    tracks = {e["data"]["peer_id"] for e in room.events if e["type"].startswith("track.")}
    assert len(tracks) == 7
    assert not bad & tracks
