"""``all-types``: every type, terminal and not, on every platform, with every known field."""

from datetime import datetime, timedelta

from workbench.pretend_hundredms.agents import EVERY_PLATFORM, Agent
from workbench.pretend_hundredms.failures import (
    Data,
    Route,
    failure,
    gave_up,
    join_refused,
    media_path,
    signal_lost,
    socket_refused,
    unreachable,
)
from workbench.pretend_hundredms.generate import Person, Scene
from workbench.pretend_hundredms.world import PretendRoom, PretendSession

_DEVICES: Data = {
    "audio": {"maxBitrate": 32, "deviceId": "mic-1", "volume": 80, "codec": "opus"},
    "video": {
        "deviceId": "cam-1",
        "maxFramerate": 30,
        "maxBitrate": 850,
        "codec": "vp8",
        "height": 720,
        "width": 1280,
    },
    "devices": {
        "videoInput": [
            {"deviceId": "cam-1", "kind": "videoinput", "label": "Desk camera", "groupId": "g1"}
        ],
        "audioInput": [
            {"deviceId": "mic-1", "kind": "audioinput", "label": "Headset", "groupId": "g2"}
        ],
        "audioOutput": [
            {"deviceId": "out-1", "kind": "audiooutput", "label": "Headset", "groupId": "g2"}
        ],
    },
    "track_type": "audio, video",
    "selection": {"audioInput": "mic-1"},
    "isUserSelection": True,
}
_NETWORK: Data = {
    "network_info": {
        "downlink": 1.35,
        "downlinkMax": 10,
        "effectiveType": "3g",
        "rtt": 450,
        "saveData": False,
        "type": "cellular",
    },
    "document_hidden": True,
    "num_degraded_tracks": 2,
    "bitrate": {"publish": 120_000, "subscribe": 340_000},
    "max_sub_bitrate": 2_000_000,
    "recent_pong_response_times": [180, 950, 3100],
}
_ASKED: Data = {"requested_at": 1_790_000_000_000, "responded_at": 1_790_000_004_200}
_STEPS: Data = {
    "time": 5120,
    "init_response_time": 410,
    "ws_connect_time": 620,
    "on_policy_change_time": 30,
    "local_audio_track_time": 210,
    "local_video_track_time": 480,
    "peer_list_time": 60,
    "room_state_time": 45,
    "join_response_time": 3200,
    "is_preview_called": True,
}


def all_types(now: datetime, account_id: str) -> PretendRoom:
    """Five types on four platforms, each terminal and not: 41 events, 20 terminal.

    On web sending ends terminal only while signalling is lost, a refused device never does.
    """
    scene = Scene("all-types", now, age_days=12, account_id=account_id)
    people = [
        scene.person(place, agent=agent()) for place, agent in enumerate(EVERY_PLATFORM.values())
    ]
    session = scene.session(scene.ago(hours=30), people, minutes=90)
    for place, person in enumerate(people):
        begun = session.created_at + timedelta(minutes=10 * place, seconds=35)
        for kind, (category, seconds) in _CATEGORIES.items():
            at = begun + timedelta(seconds=seconds)
            data = _data(kind, person.agent, place)
            inside = session if kind != "client.connect.failed" else None
            scene.error(kind, at, person, data, inside)
            over, later = _over(kind, category, data)
            scene.error(kind, at + later, person, over, inside)
    _busy_microphone(scene, session, people[0])
    return scene.room(description="Each kind of failure once")


# When each kind begins, in seconds: media paths die 10 to 12 s after the signal.
_CATEGORIES = {
    "client.disconnected": ("SignalDisconnect", 0),
    "client.publish.failed": ("PublishIceConnectionFailed", 11),
    "client.subscribe.failed": ("SubscribeIceConnectionFailed", 12),
    "client.join.failed": ("JoinWSMessageFailed", 120),
    "client.connect.failed": ("ConnectFailed", 180),
}


def _data(kind: str, agent: Agent, home: int) -> Data:
    on_web = agent["sdk"] == "web"
    route: Route = "prflx" if on_web else "v6"
    data = {
        "client.publish.failed": media_path("PUBLISH", route, lost=True, home=home),
        "client.subscribe.failed": media_path("SUBSCRIBE", "tcp", lost=True, home=home),
        "client.join.failed": join_refused(500, "sfu join failed", retries=3),
        "client.disconnected": signal_lost("Window network offline"),
        "client.connect.failed": socket_refused() if on_web else unreachable(),
    }[kind]
    if on_web:
        return {**data, **_EXTRAS.get(kind, {})}
    return {key: value for key, value in data.items() if key not in {"domain", "devices"}}


def _over(kind: str, category: str, data: Data) -> tuple[Data, timedelta]:
    """The last row and how long after the first: a 5xx of joining is tried once more, no text."""
    if kind == "client.join.failed":
        return {**data, "is_terminal": True}, timedelta(seconds=3)
    over = gave_up(data, category)
    if kind == "client.publish.failed":
        text = " Could not recover all of it's required dependencies - [SignalDisconnect]"
        over["error_description"] += text
    return over, timedelta(seconds=60)


def _busy_microphone(scene: Scene, session: PretendSession, person: Person) -> None:
    """A device failure, which carries most fields; both media become muted stand-ins."""
    text = "Capture device is in use by another application - audio, video"
    data = failure(3003, "DeviceInUse", text, "TRACK", description="Could not start audio source")
    at = session.created_at + timedelta(seconds=5)
    scene.error(
        "client.publish.failed", at, person, {**data, **_DEVICES, "domain": "CUSTOM"}, session
    )


_EXTRAS: dict[str, Data] = {
    "client.join.failed": _STEPS,
    "client.disconnected": _NETWORK,
    "client.connect.failed": {**_NETWORK, **_ASKED},
}
