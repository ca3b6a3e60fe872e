"""A watched call in the crash matrix: its course, and what must stand in Slack in the end."""

import asyncio
from collections.abc import Callable, Sequence

from tests.support.crash.record import part_of, says_refused, twice, words_of
from tests.support.crash.stage import Scene
from workbench.pretend_slack import Message, Team

_FAILED, _OVER = "did not get back in", "The call is over"
_PEOPLE = 3
_LOOK_SECONDS = 0.05


def begin_call(scene: Scene) -> None:
    """Begin the call that is watched."""
    room = scene.hms.live()
    room.retry_seconds = 1
    room.start(scene.hms.now(), _PEOPLE)


async def play_call(scene: Scene) -> None:
    """Break one person's network once the watch looks, and end the call once that is told."""
    room, team = scene.hms.live(), scene.slack.team
    await _until(lambda: any("people are fine" in words_of(m) for m in _messages(team)))
    room.break_network(0, scene.hms.now())
    await _until(lambda: any(_FAILED in words_of(line) for line in _lines(team)))
    room.end(scene.hms.now())


def watch_complaints(team: Team, *, before: int) -> list[str]:
    """Return what is wrong once the watch ended: each thing told once, and the message final."""
    fresh = team.from_app()[before:]
    found = twice([m for m in fresh if m.metadata and m.ephemeral_to is None])
    messages, lines = _messages(team), _lines(team)
    if not messages and says_refused(team):
        return found
    found += [f"{len(messages)} messages of the watch"] * (len(messages) != 1)
    for message in messages:
        found += ["the message is not final"] * (_OVER not in words_of(message))
        found += ["the ended message has Stop"] * ("stop_watch" in words_of(message))
        found += ["a line is elsewhere"] * any(m.thread_ts != message.ts for m in lines)
    final = [line for line in lines if _OVER in words_of(line)]
    failed = [line for line in lines if _FAILED in words_of(line) and line not in final]
    found += [f"{len(failed)} lines of the failure"] * (len(failed) != 1)
    return found + [f"{len(final)} final lines"] * (len(final) != 1)


def _messages(team: Team) -> list[Message]:
    return [m for m in team.from_app() if part_of(m) == "watch"]


def _lines(team: Team) -> Sequence[Message]:
    return [m for m in team.from_app() if part_of(m).startswith("line-")]


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110  a list of messages has no event
        await asyncio.sleep(_LOOK_SECONDS)
