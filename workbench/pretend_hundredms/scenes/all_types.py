"""``all-types``: every type, terminal and not, on every platform, with every known field."""

from datetime import datetime, timedelta

from workbench.pretend_hundredms.agents import EVERY_PLATFORM, Agent
from workbench.pretend_hundredms.failures import (
    Data,
    failure,
    gave_up,
    join_refused,
    media_path,
    signal_lost,
    unreachable,
)
from workbench.pretend_hundredms.generate import Scene
from workbench.pretend_hundredms.world import PretendRoom

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
    """Five types on four platforms, each once terminal and once not: 40 events, 20 terminal."""
    scene = Scene("all-types", now, age_days=12, account_id=account_id)
    people = [
        scene.person(place, agent=agent()) for place, agent in enumerate(EVERY_PLATFORM.values())
    ]
    session = scene.session(scene.ago(hours=30), people, minutes=90)
    for place, person in enumerate(people):
        for step, (kind, category) in enumerate(_CATEGORIES.items()):
            at = session.created_at + timedelta(minutes=10 * place + step, seconds=5)
            data = _data(kind, person.agent)
            if person is people[0]:  # here even a connect failure knows room, role and session
                data = {**data, **scene.place(person)}
            inside = session if person is people[0] or kind != "client.connect.failed" else None
            scene.error(kind, at, person, data, inside)
            over = gave_up(data, category)
            scene.error(kind, at + timedelta(seconds=60), person, over, inside)
    return scene.room(description="Each kind of failure once")


_CATEGORIES = {
    "client.publish.failed": "PublishIceConnectionFailed",
    "client.subscribe.failed": "SubscribeIceConnectionFailed",
    "client.join.failed": "JoinWSMessageFailed",
    "client.disconnected": "SignalDisconnect",
    "client.connect.failed": "ConnectFailed",
}


def _data(kind: str, agent: Agent) -> Data:
    on_web = agent["sdk"] == "web"
    data = {
        "client.publish.failed": _publish(on_web=on_web),
        "client.subscribe.failed": media_path("SUBSCRIBE", "tcp", lost=True),
        "client.join.failed": join_refused(500, "sfu join failed", retries=3),
        "client.disconnected": signal_lost("Window network offline"),
        "client.connect.failed": unreachable(),
    }[kind]
    if on_web:
        return {**data, **_EXTRAS.get(kind, {})}
    return {key: value for key, value in data.items() if key not in {"domain", "devices"}}


def _publish(*, on_web: bool) -> Data:
    if not on_web:
        return media_path("PUBLISH", "v6", lost=True)
    text = "Failed to access microphone: could not start source"
    return failure(3003, "DeviceInUse", text, "TRACK", description="Could not start audio source")


_EXTRAS: dict[str, Data] = {
    "client.publish.failed": {**_DEVICES, "domain": "CUSTOM"},
    "client.join.failed": _STEPS,
    "client.disconnected": _NETWORK,
    "client.connect.failed": {
        **_NETWORK,
        **_ASKED,
        "endpoint": "https://prod-init.100ms.live/init",
    },
}
