"""Rooms with many sessions, so that a search for a bare peer id has something to go through."""

from datetime import datetime, timedelta

from workbench.pretend_hundredms.failures import gave_up, media_path, signal_lost
from workbench.pretend_hundredms.generate import Scene
from workbench.pretend_hundredms.world import PretendRoom

_DESK_SESSIONS, _DESK_PEOPLE = 75, 4
_STANDUPS, _STANDUP_PEOPLE = 60, 6
_HALL_PEOPLE = 300


def support_desk(now: datetime, account_id: str) -> PretendRoom:
    """75 short sessions, three a day, with new people in each."""
    scene = Scene("support-desk", now, age_days=60, account_id=account_id)
    for number in range(_DESK_SESSIONS):
        people = [scene.person(number * _DESK_PEOPLE + n) for n in range(_DESK_PEOPLE)]
        session = scene.session(scene.ago(hours=8 * number + 4), people, minutes=25)
        if number % 5 == 0:
            at = session.created_at + timedelta(minutes=3)
            data = media_path("SUBSCRIBE", "tcp", lost=True, home=number)
            over = gave_up(data, "SubscribeIceConnectionFailed")
            later = at + timedelta(seconds=60)
            scene.error("client.subscribe.failed", at, people[1], data, session)
            scene.error("client.subscribe.failed", later, people[1], over, session)
    return scene.room()


def daily_standup(now: datetime, account_id: str) -> PretendRoom:
    """The same six people twice a day, with a new peer id each time; the last one goes on."""
    scene = Scene("daily-standup", now, age_days=100, account_id=account_id)
    for number in reversed(range(_STANDUPS)):
        people = [
            scene.person(number * 10 + n, user_id=f"colleague-{n}") for n in range(_STANDUP_PEOPLE)
        ]
        minutes = 15.0 if number else None
        session = scene.session(scene.ago(hours=12 * number + 0.2), people, minutes=minutes)
        if number % 7 == 0:
            at = session.created_at + timedelta(minutes=2)
            scene.error("client.disconnected", at, people[2], signal_lost(), session)
    return scene.room()


def town_hall(now: datetime, account_id: str) -> PretendRoom:
    """Three hundred people in one session that goes on now; one of them flickers."""
    scene = Scene("town-hall", now, age_days=3, account_id=account_id)
    people = [scene.person(n) for n in range(_HALL_PEOPLE)]
    session = scene.session(scene.ago(minutes=40), people, minutes=None)
    data = media_path("SUBSCRIBE", "host", lost=False)
    at = session.created_at + timedelta(minutes=38)
    scene.error("client.subscribe.failed", at, people[123], data, session)
    return scene.room()
