"""``storm``: a signal outage that throws everybody out, and somebody who floods with connects."""

from datetime import datetime, timedelta

from workbench.pretend_hundredms.agents import EVERY_PLATFORM, web
from workbench.pretend_hundredms.failures import (
    gave_up,
    join_refused,
    media_path,
    refused_at_init,
    signal_lost,
    unreachable,
)
from workbench.pretend_hundredms.generate import Person, Scene
from workbench.pretend_hundredms.world import PretendRoom, PretendSession

_PEOPLE = 24
_FLOOD = 250
_GAVE_UP = 9


def storm(now: datetime, account_id: str) -> PretendRoom:
    """Some hundred events within a few minutes of one session."""
    scene = Scene("storm", now, age_days=20, account_id=account_id)
    platforms = list(EVERY_PLATFORM.values())
    people = [scene.person(n, agent=platforms[n % len(platforms)]()) for n in range(_PEOPLE)]
    session = scene.session(scene.ago(hours=7), people, minutes=70)
    broke = session.created_at + timedelta(minutes=20)
    _outage(scene, session, people, broke)
    _way_back(scene, session, people, broke + timedelta(seconds=50))
    for place, person in enumerate(people[:_GAVE_UP]):
        session = scene.left(session, person, broke + timedelta(seconds=61 + place % 5))
    newcomer = scene.person(40, agent=web(version="0.12.30"))
    _flood(scene, newcomer, broke + timedelta(seconds=30))
    return scene.room(description="The afternoon on which the signalling servers restarted")


def _outage(scene: Scene, session: PretendSession, people: list[Person], at: datetime) -> None:
    for place, person in enumerate(people):
        lost = signal_lost()
        when = at + timedelta(seconds=place % 5)
        scene.error("client.disconnected", when, person, lost, session)
        if place < _GAVE_UP:
            over = gave_up(lost, "SignalDisconnect", 60_000 + place)
            scene.error("client.disconnected", when + timedelta(minutes=1), person, over, session)
            continue  # the media path of these is another server's, and goes on till they leave
        for side, kind in (("PUBLISH", "publish"), ("SUBSCRIBE", "subscribe")):
            data = media_path(
                "PUBLISH" if side == "PUBLISH" else "SUBSCRIBE", "prflx", lost=False, home=place
            )
            later = when + timedelta(seconds=11)
            scene.error(f"client.{kind}.failed", later, person, data, session)


def _way_back(scene: Scene, session: PretendSession, people: list[Person], at: datetime) -> None:
    """A rush of joins: most are only slowed down, one is turned away for good."""
    for place, person in enumerate(people[_GAVE_UP:], start=_GAVE_UP):
        busy = join_refused(429, "too many requests", retries=place % 4)
        scene.error("client.join.failed", at + timedelta(seconds=place), person, busy, session)
        if place == 11:
            gone = join_refused(410, "peer is gone", retries=4, terminal=True)
            after = at + timedelta(seconds=place + 20)
            scene.error("client.join.failed", after, person, gone, session)


def _flood(scene: Scene, newcomer: Person, at: datetime) -> None:
    """Connect retries of web 0.12.20 to 0.12.39 have no pause, so one browser floods.

    A 5xx of init is reported twice, tried once more and then given up: four rows in two seconds.
    """
    for number in range(_FLOOD):
        when = at + timedelta(seconds=number * 60 / _FLOOD)
        scene.error("client.connect.failed", when, newcomer, unreachable())
    over = gave_up(unreachable("Failed"), "ConnectFailed", 60_012)
    scene.error("client.connect.failed", at + timedelta(seconds=61), newcomer, over)
    broken = refused_at_init(503, "service unavailable")
    for seconds in (75, 75, 77, 77):
        scene.error("client.connect.failed", at + timedelta(seconds=seconds), newcomer, broken)
