"""Two everyday rooms: one where all is well, one where a single person fails."""

from datetime import datetime, timedelta

from workbench.pretend_hundredms.agents import web
from workbench.pretend_hundredms.failures import gave_up, media_path
from workbench.pretend_hundredms.generate import Scene
from workbench.pretend_hundredms.world import PretendRoom


def healthy(now: datetime, account_id: str) -> PretendRoom:
    """A session that ended, one that goes on, no error anywhere."""
    scene = Scene("healthy", now, age_days=55, account_id=account_id)
    for start, minutes, first in (
        (scene.ago(days=1, hours=2), 50, 0),
        (scene.ago(hours=1), None, 5),
    ):
        people = [scene.person(first + n) for n in range(5)]
        session = scene.session(start, people, minutes=minutes)
        for person in people:
            scene.tracks(session, person)
    return scene.room(description="Nothing ever went wrong here")


def one_bad_user(now: datetime, account_id: str) -> PretendRoom:
    """Eight people; one loses the media path in both directions and never gets it back.

    As the web SDK reports it: receiving gives up after a minute, sending fails every 20 s and
    never ends terminal, since signalling lives.
    """
    scene = Scene("one-bad-user", now, age_days=33, account_id=account_id)
    people = [scene.person(n) for n in range(7)]
    bad = scene.person(
        7,
        name="Marta Lindqvist",
        user_id="marta.lindqvist@example.com",
        agent=web("Chrome_141.0.0.0", "web_Windows"),
    )
    start = scene.ago(hours=5)
    session = scene.session(start, [*people, bad])
    for person in people:
        scene.tracks(session, person)
    broke = start + timedelta(minutes=11, seconds=3)
    for seconds, lost in ((0, False), (15, True), (20, False), (35, True), (40, False), (55, True)):
        data = media_path("PUBLISH", "relay-tls", lost=lost)
        at = broke + timedelta(seconds=seconds)
        scene.error("client.publish.failed", at, bad, data, session)
    data = media_path("SUBSCRIBE", "relay-tls", lost=False)
    at, over = broke + timedelta(seconds=1), gave_up(data, "SubscribeIceConnectionFailed")
    scene.error("client.subscribe.failed", at, bad, data, session)
    scene.error("client.subscribe.failed", at + timedelta(seconds=60), bad, over, session)
    scene.left(session, bad, broke + timedelta(seconds=64))
    return scene.room(description="Eight people, one behind a strict firewall")
