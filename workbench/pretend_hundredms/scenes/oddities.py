"""Rooms for single oddities: strange names, hidden rooms, people known only from events."""

import hashlib
from datetime import datetime, timedelta

from workbench.pretend_hundredms.agents import android
from workbench.pretend_hundredms.failures import (
    gave_up,
    join_refused,
    media_path,
    refused_at_init,
    signal_lost,
    socket_refused,
)
from workbench.pretend_hundredms.generate import Scene
from workbench.pretend_hundredms.ids import uuid_of
from workbench.pretend_hundredms.world import PretendRoom

UUID_ROOM = uuid_of("room name", 1)
NAMESAKE = uuid_of("peer", "daily-standup", 12)


def uuid_named(now: datetime, account_id: str) -> PretendRoom:
    """A room that was made without a name: 100ms gives it a UUID as name."""
    scene = Scene(UUID_ROOM, now, age_days=6, account_id=account_id)
    people = [scene.person(n) for n in range(3)]
    session = scene.session(scene.ago(hours=26), people)
    at = session.created_at + timedelta(minutes=4)
    scene.error("client.disconnected", at, people[1], signal_lost(), session)
    return scene.room()


def disabled(now: datetime, account_id: str) -> PretendRoom:
    """Switched off: lists hide it, its codes are refused, who tries to join gets 403."""
    scene = Scene("closed-desk", now, age_days=70, account_id=account_id)
    scene.session(scene.ago(days=9), [scene.person(n) for n in range(4)])
    for number in (5, 6):
        data = refused_at_init(403, "room is not active")
        at = scene.ago(hours=20 + number)
        scene.error("client.connect.failed", at, scene.person(number), data)
    return scene.room(enabled=False, description="Closed for good")


def never_got_in(now: datetime, account_id: str) -> PretendRoom:
    """Nobody ever joined: several people exist in error events alone, in no session."""
    scene = Scene("never-got-in", now, age_days=5, account_id=account_id)
    for number in range(4):
        person, at = scene.person(number), scene.ago(hours=3, minutes=number)
        scene.error("client.connect.failed", at, person, socket_refused())
        over = gave_up(socket_refused("Failed"), "ConnectFailed")
        scene.error("client.connect.failed", at + timedelta(seconds=60), person, over)
    denied = join_refused(400, "role limit reached", terminal=True)
    phone = scene.person(4, agent=android())  # the web SDK reports no refused join
    scene.error("client.join.failed", scene.ago(hours=2), phone, denied)
    return scene.room()


def hashed_names(now: datetime, account_id: str) -> PretendRoom:
    """A HIPAA workspace hashes names of people and rooms, but not user ids."""
    scene = Scene("clinic-visit", now, age_days=15, account_id=account_id)
    people = [
        scene.person(n, name=_hash(f"patient {n}"), user_id=f"mrn-{1000 + n}") for n in range(3)
    ]
    session = scene.session(scene.ago(hours=15), people)
    data = {**media_path("SUBSCRIBE", "undefined", lost=True), "room_name": _hash(scene.name)}
    at = session.created_at + timedelta(minutes=6)
    scene.error("client.subscribe.failed", at, people[2], data, session)
    over = gave_up(data, "SubscribeIceConnectionFailed")
    scene.error("client.subscribe.failed", at + timedelta(seconds=60), people[2], over, session)
    return scene.room()


def retention_edge(now: datetime, account_id: str) -> PretendRoom:
    """One event just out of reach, one exactly 30 days old, one an hour younger."""
    scene = Scene("retention-edge", now, age_days=200, account_id=account_id)
    for place, age in enumerate((31 * 24.0, 30 * 24.0, 30 * 24.0 - 1)):
        at = scene.now - timedelta(hours=age)
        scene.error("client.disconnected", at, scene.person(place), signal_lost(), nanos=0)
    return scene.room()


def empty(now: datetime, account_id: str) -> PretendRoom:
    """A room in which nothing ever happened."""
    return Scene("untouched", now, age_days=2, account_id=account_id).room()


def elsewhere(now: datetime, account_id: str) -> PretendRoom:
    """A room for the other workspace, with its own sessions and errors."""
    scene = Scene("elsewhere", now, age_days=25, account_id=account_id)
    people = [scene.person(n) for n in range(3)]
    session = scene.session(scene.ago(hours=10), people)
    at = session.created_at + timedelta(minutes=7)
    scene.error("client.disconnected", at, people[1], signal_lost(), session)
    over = gave_up(signal_lost(), "SignalDisconnect")
    scene.error("client.disconnected", at + timedelta(seconds=60), people[1], over, session)
    return scene.room()


def namesake(now: datetime, account_id: str) -> PretendRoom:
    """A room whose name is, by bad luck, the peer id of somebody in ``daily-standup``."""
    scene = Scene(NAMESAKE, now, age_days=4, account_id=account_id)
    scene.session(scene.ago(hours=30), [scene.person(n) for n in range(2)])
    return scene.room()


def in_both(now: datetime, account_id: str, *, age_days: float) -> PretendRoom:
    """A room of the same name in either workspace."""
    scene = Scene("in-both-workspaces", now, age_days=age_days, account_id=account_id)
    people = [scene.person(int(age_days) * 10 + n) for n in range(2)]
    session = scene.session(scene.ago(hours=age_days), people)
    at = session.created_at + timedelta(minutes=1)
    scene.error("client.disconnected", at, people[0], signal_lost(), session)
    return scene.room()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
