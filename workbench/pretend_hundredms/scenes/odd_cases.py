"""``odd-cases``: single events that a strict reader of the API would stumble over."""

from datetime import datetime, timedelta

from workbench.pretend_hundredms.agents import android, ios, web
from workbench.pretend_hundredms.failures import (
    BLANK_MEDIA,
    failure,
    gave_up,
    media_path,
    refused_at_init,
    signal_lost,
)
from workbench.pretend_hundredms.generate import Scene
from workbench.pretend_hundredms.ids import object_id, uuid_of
from workbench.pretend_hundredms.world import PretendRoom, PretendSession


def odd_cases(now: datetime, account_id: str) -> PretendRoom:
    """Odd people, odd errors, odd envelopes."""
    scene = Scene("odd-cases", now, age_days=40, account_id=account_id)
    people = [scene.person(n) for n in range(6)]
    recorder = scene.person(30, name="Recorder", user_id="", role="__internal_recorder")
    session = scene.session(scene.ago(hours=12), [*people, recorder], minutes=60)
    _odd_people(scene, session)
    _odd_errors(scene, session)
    _odd_envelopes(scene, session)
    _comings_and_goings(scene, session)
    return scene.room()


def _odd_people(scene: Scene, session: PretendSession) -> None:
    at = session.created_at + timedelta(minutes=5)
    ids = ("ann@example.com", uuid_of("user id"), object_id(scene.created_at, "user id"))
    for number, user_id in enumerate(ids, start=10):
        person = scene.person(number, user_id=user_id)
        scene.error("client.disconnected", at, person, signal_lost(), session)
    upper = scene.person(15, peer_id=uuid_of("iOS peer").upper(), agent=ios())
    data = gave_up(media_path("SUBSCRIBE", "v6", lost=True), "SubscribeIceConnectionFailed")
    scene.error("client.subscribe.failed", at, upper, data, session)


def _odd_errors(scene: Scene, session: PretendSession) -> None:
    at, person = session.created_at + timedelta(minutes=9), scene.person(1)
    cancelled = failure(
        3001, "CantAccessCaptureDevice", "User denied permission to access screen", "TRACK"
    )
    scene.error("client.publish.failed", at, person, {**cancelled, **BLANK_MEDIA}, session)
    unknown = failure(9876, "BrandNewError", "Something that nobody has heard of", "NONE")
    scene.error("client.publish.failed", at, person, {**unknown, "brand_new": {"x": 1}}, session)
    raw = {
        "error_name": "NotReadableError",
        "error_message": "Could not start video source",
        "error_description": "",
        "is_terminal": False,
    }
    scene.error("client.publish.failed", at, scene.person(2), raw, session)
    denied = failure(3001, "CantAccessCaptureDevice", "Permission denied", "TRACK", terminal=True)
    phone = scene.person(3, agent=android("Redmi_Note_12", "31"))
    scene.error("client.publish.failed", at, phone, denied, session)
    hang = failure(4005, "ICEFailure", "DTLS transport hangs", "PUBLISH", terminal=True)
    scene.error("client.disconnected", at, scene.person(4), hang, session)


def _odd_envelopes(scene: Scene, session: PretendSession) -> None:
    """A type that no document names, and events in which most of ``data`` is missing."""
    at = session.created_at + timedelta(minutes=12)
    scene.error("client.vanished", at, scene.person(5), {"is_terminal": True}, session)
    scene.add("client.join.failed", at, {"room_id": scene.room_id})
    nulls = {"session_id": None, "agent": None, "user_name": None, "audio": None}
    scene.add("client.publish.failed", at, {"room_id": scene.room_id, **nulls})
    for nanos in (500_000_000, 123_456_700, 123_456_780, 123_456_789):
        person = scene.person(5, agent=web(domain="LOCAL"))
        scene.error("client.disconnected", at, person, signal_lost(), session, nanos=nanos)


def _comings_and_goings(scene: Scene, session: PretendSession) -> None:
    """One tries, gets a 500, then succeeds; one closes the tab while the SDK still retries."""
    broken = refused_at_init(500, "internal error")
    scene.error("client.connect.failed", session.created_at, scene.person(0), broken)
    scene.tracks(session, scene.person(0))
    at, quitter = session.created_at + timedelta(minutes=20), scene.person(2)
    scene.error("client.disconnected", at, quitter, signal_lost(), session)
    scene.left(session, quitter, at + timedelta(seconds=20))
