"""Runs one question with one process struck at one point, and judges what the asker got."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.support.crash.databases import Database
from tests.support.crash.points import CLEARING, Point, points_of
from tests.support.crash.record import (
    Expected,
    complaints,
    edit_complaints,
    expected_of,
    says_refused,
    step_complaints,
    steps_refused,
    vote_complaints,
)
from tests.support.crash.stage import CHANNEL, OTHER, PERSON, Case, Scene, open_scene
from tests.support.crash.watched import begin_call, play_call, watch_complaints
from tests.support.slack.live_errors import add_failures

_END_SECONDS = 120.0
"""After so many seconds the result is judged even if jobs are not over."""
_QUIET_SECONDS = 0.6
_LATE_SECONDS = 8.0
_AFTER_SECONDS = 5.0
"""Seconds to wait, if something is wrong, for messages that are sent outside of a job."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of one run; `wrong` is empty if every promise held."""

    point: Point
    struck: bool
    wrong: list[str]
    log: str

    def __str__(self) -> str:
        return f"{self.point}: {'; '.join(self.wrong)}\n{self.log}"


async def undisturbed(case: Case, database: Database, forks: str) -> tuple[Expected, list[Point]]:
    """Run a question undisturbed; return its record and every point to strike."""
    async with open_scene(case, database, forks) as scene:
        await _prepare(scene)
        scene.gate.arm(None, scene.strike)
        async with _attended(scene, None):
            await scene.ask()
            await _over(scene, clearing=True)
        expected = expected_of(scene.slack.team)
        calls = [call.method for call in scene.slack.team.calls]
        paths = [call.path for call in scene.hms.calls.calls]
        commits = list(scene.gate.commits)
        await scene.bots[0].stop()
    return expected, [
        *points_of("slack", calls),
        *points_of("hms", paths, prefixes=True),
        *points_of("commit", commits),
    ]


async def disturbed(
    case: Case, point: Point, expected: Expected, database: Database, forks: str
) -> Outcome:
    """Ask, strike at the point, recover, and judge the result."""
    async with open_scene(case, database, forks) as scene:
        await _prepare(scene)
        scene.gate.arm(point, scene.strike)
        scene.plant(point)
        async with _attended(scene, point) as reviving:
            delivery, thread = await scene.ask()
            must = delivery.acked or delivery.kind == "events_api"
            await scene.slack.postman.settled()
            await _over(scene, clearing=point.label.startswith(CLEARING))
            await _struck(scene)
            if scene.struck.is_set():
                await reviving
                await _over(scene)
            acked = delivery.acked
            if case.edits and _failed(scene, acked=acked):  # the person saw it, and presses again
                acked = (await scene.press_again()).acked
                await _over(scene)

            def wrong() -> list[str]:
                return _complaints(scene, expected, thread, must=must, acked=acked)

            end = time.monotonic() + _AFTER_SECONDS
            while wrong() and time.monotonic() < end:
                await _over(scene)
        scene.gate.disarm()
        await scene.bots[-1].stop()
        status = await scene.bots[-1].gone()
        found = wrong() + ([] if status == 0 else [f"SIGTERM ended it with {status}"])
        log = "\n".join(bot.last_words for bot in scene.bots if found)
        return Outcome(point, scene.struck.is_set(), found, log)


def _failed(scene: Scene, *, acked: bool) -> bool:
    """Return whether a press failed; a vote that was refused in words is an answer."""
    return not acked or (scene.case.way != "vote" and says_refused(scene.slack.team))


def _complaints(
    scene: Scene, expected: Expected, thread: str | None, *, must: bool, acked: bool
) -> list[str]:
    """Return what is wrong; with `must` the question was taken, so that it needs an answer."""
    case, team = scene.case, scene.slack.team
    if case.way == "vote":
        return vote_complaints(team, scene.votes(), acked=acked)
    if case.edits:
        return edit_complaints(team, expected, acked=acked)
    if case.way == "watch":
        return watch_complaints(team, before=scene.before) if must else []
    untouched = len(team.from_app()) == scene.before
    if untouched and not must:  # Slack told the asker that it could not be handed over
        return []
    if untouched and steps_refused(team):
        return []
    return step_complaints(team) + complaints(
        team, expected, thread, before=scene.before, findable=case.findable
    )


async def _prepare(scene: Scene) -> None:
    """Before a press, ask and wait for the answer and for cleanup.

    Before *Ask again* somebody takes it, and new errors come. Before a watch its call begins.
    """
    if scene.case.way == "watch":
        begin_call(scene)
    if scene.case.way == "press" or scene.case.edits:
        await scene.slack.type_command(CHANNEL, PERSON, "/call-errors", scene.case.room)
        await _over(scene, clearing=True)
    if scene.case.way == "refresh":
        await scene.slack.click(scene.opening, "take", OTHER)
        await _over(scene, clearing=True)
        add_failures(scene.hms, scene.case.room, 3, now=True)
    scene.begin()


@asynccontextmanager
async def _attended(scene: Scene, point: Point | None) -> AsyncIterator[asyncio.Task[None]]:
    """Watch for the point, and revive the bot after the strike; play the call of a watch."""
    reviving = asyncio.create_task(_revive(scene))
    helpers = [reviving, asyncio.create_task(_watch(scene, point))]
    if scene.case.way == "watch":
        helpers.append(asyncio.create_task(play_call(scene)))
    try:
        yield reviving
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)


async def _watch(scene: Scene, point: Point | None) -> None:
    while point is not None and point.place != "commit":
        if scene.reached(point):
            await scene.strike()
            return
        await asyncio.sleep(0.002)


async def _revive(scene: Scene) -> None:
    await scene.struck.wait()
    if scene.crash_database is None:
        await scene.revive()


async def _struck(scene: Scene) -> None:
    """Wait longer: on a busy machine even the question may be recorded late."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(scene.struck.wait(), _LATE_SECONDS)


async def _over(scene: Scene, *, clearing: bool = False) -> None:
    """Wait, up to a limit, until no job runs and no calls are made.

    With `clearing` also until what the jobs left was cleared.
    """
    end = time.monotonic() + _END_SECONDS
    while time.monotonic() < end:
        await _quiet(scene, _QUIET_SECONDS)
        if await asyncio.to_thread(scene.jobs_left, clearing=clearing) == 0:
            return


async def _quiet(scene: Scene, seconds: float) -> None:
    """Wait until no call is made for `seconds`."""
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < seconds:
        now = len(scene.slack.team.calls) + len(scene.hms.calls.calls)
        if now != seen:
            seen, since = now, time.monotonic()
        await asyncio.sleep(0.02)
