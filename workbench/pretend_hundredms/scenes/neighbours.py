"""Many rooms with calls in the same minutes, of which some have server errors and others none."""

from datetime import datetime, timedelta
from typing import Literal

from workbench.pretend_hundredms.failures import gave_up, refused_at_init, signal_lost
from workbench.pretend_hundredms.generate import Scene
from workbench.pretend_hundredms.world import PretendRoom

Trouble = Literal["storm", "server_error", "one_drop", ""]
_PEOPLE = 5


def neighbour(  # noqa: PLR0913  what a room may differ in
    now: datetime,
    account_id: str,
    name: str,
    *,
    at: datetime,
    trouble: Trouble = "",
    region: str = "in",
    minutes: float | None = 40,
    began_before: timedelta = timedelta(minutes=20),
) -> PretendRoom:
    """A room with five people in a session around `at`; `minutes` None: it goes on now.

    In a ``storm`` four of them lose the signal within seconds, at ``one_drop`` one of them; at
    ``server_error`` one gets a 503 of init.
    """
    scene = Scene(name, now, age_days=20, account_id=account_id)
    people = [scene.person(number) for number in range(_PEOPLE)]
    session = scene.session(at - began_before, people, minutes=minutes)
    lost = {"storm": people[:4], "one_drop": people[:1]}.get(trouble, [])
    for place, person in enumerate(lost):
        when, drop = at + timedelta(seconds=place), signal_lost()
        scene.error("client.disconnected", when, person, drop, session)
        over = gave_up(drop, "SignalDisconnect", 60_000 + place)
        scene.error("client.disconnected", when + timedelta(minutes=1), person, over, session)
        session = scene.left(session, person, when + timedelta(seconds=61))
    if trouble == "server_error":
        broken = refused_at_init(503, "service unavailable")
        for seconds in (0, 0, 2, 2):
            when = at + timedelta(seconds=seconds)
            scene.error("client.connect.failed", when, people[1], broken, session)
    return scene.room(region=region)


def neighbours(
    now: datetime,
    account_id: str,
    *,
    at: datetime,
    failing: int,
    healthy: int,
    trouble: Trouble = "storm",
) -> tuple[PretendRoom, ...]:
    """So many failing and healthy rooms with calls around `at`."""
    troubles = [trouble] * failing + [""] * healthy
    return tuple(
        neighbour(now, account_id, f"neighbour-{number}", at=at, trouble=kind)
        for number, kind in enumerate(troubles, start=1)
    )
