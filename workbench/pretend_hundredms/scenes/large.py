"""``large``: many thousand error events of all five types over several sessions."""

import functools
from datetime import datetime, timedelta

from workbench.pretend_hundredms.agents import EVERY_PLATFORM
from workbench.pretend_hundredms.failures import (
    Data,
    gave_up,
    join_refused,
    media_path,
    signal_lost,
    unreachable,
)
from workbench.pretend_hundredms.generate import Person, Scene
from workbench.pretend_hundredms.world import PretendRoom, PretendSession

LARGE = 12_000
_SESSIONS = 8
_PEOPLE = 60
_TERMINAL_EVERY = 31

_KINDS = (
    ("client.publish.failed", "PublishIceConnectionFailed"),
    ("client.subscribe.failed", "SubscribeIceConnectionFailed"),
    ("client.join.failed", "JoinWSMessageFailed"),
    ("client.disconnected", "SignalDisconnect"),
    ("client.connect.failed", "ConnectFailed"),
)


def large(
    now: datetime, account_id: str, *, name: str = "large", events: int = LARGE
) -> PretendRoom:
    """A room of so many error events, one in 31 of them terminal; no track events."""
    scene = Scene(name, now, age_days=90, account_id=account_id)
    platforms = list(EVERY_PLATFORM.values())
    people = [scene.person(n, agent=platforms[n % len(platforms)]()) for n in range(_PEOPLE)]
    sessions = [
        scene.session(scene.ago(days=3 * number + 1), people, minutes=240)
        for number in reversed(range(_SESSIONS))
    ]
    per_session = -(-events // len(sessions))
    for number in range(events):
        _one(scene, sessions[number // per_session], people, number, number % per_session)
    return scene.room(description=f"{events} failures in {len(sessions)} long sessions")


def _one(
    scene: Scene, session: PretendSession, people: list[Person], number: int, place: int
) -> None:
    kind, category = _KINDS[number % len(_KINDS)]
    place_of_person = number * 7 % len(people)
    terminal = number % _TERMINAL_EVERY == 0
    if terminal and people[place_of_person].agent["sdk"] == "web":
        place_of_person += 1  # most of these never end terminal on web; the next one has a phone
    data = _data(kind, place_of_person)
    if terminal:
        data = gave_up(data, category, 60_000 + number % 1000)
    person = people[place_of_person]
    at = session.created_at + timedelta(seconds=60 + place * 8 % 14_000)
    inside = None if kind == "client.connect.failed" else session
    scene.error(kind, at, person, data, inside)


@functools.cache
def _data(kind: str, home: int) -> Data:
    return {
        "client.publish.failed": media_path("PUBLISH", "relay", lost=True, home=home),
        "client.subscribe.failed": media_path("SUBSCRIBE", "tcp", lost=True, home=home),
        "client.join.failed": join_refused(500, "sfu join failed"),
        "client.disconnected": signal_lost(),
        "client.connect.failed": unreachable(),
    }[kind]
