"""Every message of a watch in plain text, as a person sees it, with its text for notifications.

`pytest tests/golden --snapshot-update` writes them anew; look at a change before you take it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.diagnosis import DiagnosisInput, diagnose
from bot.domain.errors import BotError
from bot.domain.events import ErrorEvent
from bot.domain.privacy.personal_names import Names
from bot.domain.report import Completeness, Report, Window
from bot.domain.rooms import CallFact, Peer, Session, TrackEvent
from bot.domain.target import Candidate, Choices, Target
from bot.domain.watching.state import ThreadLine, WatchState, after_line, line_between, view_of
from bot.domain.watching.watch import Watch, WatchEnd
from bot.render.answer.watch import WatchMessage
from bot.render.message import Message
from bot.render.renderer import Renderer
from bot.slack.watch.start import (
    NOT_IN_CHANNEL,
    limit_refusal,
    needs_public,
    unclear_target,
)
from tests.support.reports.call_builders import CATALOGUE, ROOM, START, at, event, session, track
from tests.support.reports.plain_text import plain_text
from workbench.pretend_hundredms.failures import gave_up, signal_lost, unreachable

RENDERER = Renderer(CATALOGUE)
REFERENCE = "CD-ABCD2345"
PEOPLE = ("Ann Lee", "Bob Berg", "Cem Kaya", "Dora Novák", "Eli Ortiz", "Fay Wu")
WATCH = Watch(REFERENCE, "main", "room", ROOM.id, "C0ONCALL", "U0ALICE", START)
TIMED = replace(WATCH, until=at(7200))


def lost(number: int, seconds: float, *, final: bool = False) -> ErrorEvent:
    """Return the loss of somebody's connection, or the end of the attempts to restore it."""
    data = gave_up(signal_lost(), "SignalDisconnect") if final else signal_lost()
    return failed(number, seconds, "disconnected", data)


def failed(number: int, seconds: float, kind: str, data: dict[str, Any]) -> ErrorEvent:
    facts = {
        "error_name": data["error_name"],
        "error_message": data["error_message"],
        "error_description": data["error_description"],
        "is_terminal": bool(data.get("is_terminal")),
        "transport_state": data.get("transport_state"),
    }
    who = {"who": f"user-{number}", "user_name": PEOPLE[number % 6], "session_id": "s1"}
    return event(f"{kind}-{number}-{seconds}", seconds, kind, data["error_code"], **who, **facts)


def present(left: Mapping[int, float] | None = None, people: int = 6) -> list[Peer]:
    """Return the people of a call; those in `left` have left at that second."""
    gone = left or {}
    return [
        Peer(
            f"p-user-{number}",
            PEOPLE[number % 6],
            f"user-{number}",
            "guest",
            at(-60),
            at(gone[number]) if number in gone else None,
        )
        for number in range(people)
    ]


def look(
    *events: ErrorEvent,
    seconds: float = 600,
    call: Session | None = None,
    tracks: Sequence[TrackEvent] = (),
    facts: Sequence[CallFact] = (),
    complete: bool = True,
) -> Report:
    """Return the report of a look after so many seconds."""
    running = call or session(*present(), ends=None)
    completeness = Completeness(len(events), len(events), complete=complete)
    case = DiagnosisInput(
        events=events,
        room=ROOM,
        now=at(seconds),
        sessions=(running,),
        tracks=tuple(tracks),
        facts=tuple(facts),
    )
    target = Target("room", ROOM)
    return Report(
        REFERENCE,
        target,
        at(seconds),
        Window(since=START),
        completeness,
        events,
        sessions=(running,),
        diagnosis=diagnose(case, CATALOGUE),
    )


FINE = look()
RETRYING = look(lost(0, 580))
ONE_FAILED = look(
    lost(0, 400), lost(0, 460, final=True), call=session(*present({0: 462}), ends=None)
)
TWO_FAILED = look(
    *(lost(number, 400 + number) for number in (0, 1)),
    *(lost(number, 460 + number, final=True) for number in (0, 1)),
    call=session(*present({0: 462, 1: 463}), ends=None),
    seconds=700,
)
BACK = [track(420, "add", media, who="user-0") for media in ("audio", "video")]
RECOVERED = look(
    lost(0, 400),
    tracks=BACK,
)
STORM = look(
    *(lost(number, 400 + number) for number in range(14)),
    *(lost(number, 460 + number, final=True) for number in range(14)),
    call=session(*present({n: 462 + n for n in range(14)}, 20), ends=None),
)
UNREACHABLE = look(
    *(failed(number, 400 + number, "connect", gave_up(unreachable(), "x")) for number in (0, 1)),
    call=session(*present(), ends=None),
    seconds=800,
)
REMOVED = look(
    facts=[
        CallFact(
            "w1", "peer.leave.success", "main", ROOM.id, at(300), "s1", "p-user-3", "user-3",
            "peer kicked",
        )
    ],
    call=session(*present({3: 300}), ends=None),
)  # fmt: skip
LEFT = session(*present({0: 500}), ends=None)
ENDED_CALL = session(*present(dict.fromkeys(range(6), 900) | {0: 462}), ends=900)
OVER = look(call=ENDED_CALL, seconds=1200)
OVER_FAILED = look(lost(0, 400), lost(0, 460, final=True), call=ENDED_CALL, seconds=1200)
NOBODY = replace(FINE, sessions=())
UNREAD = look(
    lost(0, 400),
    lost(0, 460, final=True),
    call=session(*present({0: 462}), ends=None),
    complete=False,
)


def facts(report: Report | None, watch: Watch = WATCH, **other: Any) -> WatchMessage:
    view = view_of(report, watch.id) if report else None
    target = report.target if report else Target("room", ROOM)
    return WatchMessage(watch, target, view, report, **other)


def person(report: Report) -> Report:
    """Return the report as one on the first participant."""
    return replace(report, target=Target("peer", ROOM, peer_id="p-user-0"))


def shown(message: Message) -> str:
    return f"({message.text})\n{plain_text(message.blocks)}\n"


MESSAGES = {
    "before the first look": facts(None),
    "all fine": facts(FINE),
    "all fine until a time": facts(FINE, TIMED),
    "one is retrying": facts(RETRYING),
    "one did not recover": facts(ONE_FAILED),
    "fourteen did not recover": facts(STORM),
    "one recovered": facts(RECOVERED),
    "one was removed": facts(REMOVED),
    "nobody is there": facts(NOBODY, TIMED),
    "the call has ended": facts(OVER),
    "the call has ended with trouble": facts(OVER_FAILED),
    "one participant, fine": facts(person(FINE)),
    "one participant, not there": facts(person(look(call=LEFT))),
    "one participant in trouble": facts(person(ONE_FAILED)),
    "100ms is silent": facts(ONE_FAILED, silent_since=at(500)),
    "100ms is silent from the start": facts(None, silent_since=at(5)),
    "late": facts(FINE, is_late=True),
    "counting": facts(UNREAD, new_events=2_345),
    "not all was read": facts(UNREAD),
    "short names": facts(ONE_FAILED, replace(WATCH, names=Names.SHORT)),
    "no names": facts(ONE_FAILED, replace(WATCH, names=Names.NONE)),
    "ended: erased": WatchMessage(WATCH, WATCH.target(), end=WatchEnd.FORGOTTEN),
    "ended: my error": WatchMessage(WATCH, WATCH.target(), end=WatchEnd.FAILED),
    "ended: call over, all fine": facts(OVER, end=WatchEnd.OVER),
    "ended: call over with trouble": facts(OVER_FAILED, end=WatchEnd.OVER),
    "ended: stopped, all fine": facts(FINE, end=WatchEnd.STOPPED),
    "ended: time with trouble": facts(ONE_FAILED, TIMED, end=WatchEnd.TIME),
    "ended: time, nobody there": facts(NOBODY, TIMED, end=WatchEnd.TIME),
    "ended: stopped before the first look": facts(None, end=WatchEnd.STOPPED),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_message(name: str, snapshot: SnapshotAssertion) -> None:
    assert shown(RENDERER.watch(MESSAGES[name])) == snapshot


def told(report: Report) -> WatchState:
    """Return the state of a watch whose thread tells that report."""
    state = WatchState(START)
    return after_line(state, line_between(state, view_of(report, WATCH.id)), report.as_of)


NEW = WatchState(START)
LINES: dict[str, tuple[WatchState, Report, dict[str, Any]]] = {
    "the first did not recover": (NEW, ONE_FAILED, {}),
    "the first did not recover, notify me": (NEW, ONE_FAILED, {"notify": True}),
    "another one": (told(ONE_FAILED), TWO_FAILED, {}),
    "fourteen at once": (NEW, STORM, {}),
    "recovered": (told(ONE_FAILED), RECOVERED, {}),
    "another diagnosis": (replace(told(TWO_FAILED), verdict="app"), TWO_FAILED, {}),
    "not editable": (NEW, FINE, {"notice": True}),
    "not editable, and one did not recover": (NEW, ONE_FAILED, {"notice": True}),
    "final: no errors": (NEW, OVER, {"final": True}),
    "final: the same": (told(ONE_FAILED), OVER_FAILED, {"final": True}),
    "final: another one": (replace(told(ONE_FAILED), verdict="app"), OVER_FAILED, {"final": True}),
    "final: one recovered": (
        told(ONE_FAILED),
        look(lost(0, 400), call=ENDED_CALL, seconds=1200, tracks=BACK),
        {"final": True},
    ),
    "final: nothing told before": (NEW, RECOVERED, {"final": True}),
    "final: one was removed": (NEW, REMOVED, {"final": True}),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_of_the_thread(name: str, snapshot: SnapshotAssertion) -> None:
    state, report, changes = LINES[name]
    line = line_between(state, view_of(report, WATCH.id), final="final" in changes)
    line = replace(line, **changes)
    assert shown(RENDERER.watch_line(facts(report), line, "line-1")) == snapshot


def test_a_line_after_a_restart_without_an_answer_of_100ms(snapshot: SnapshotAssertion) -> None:
    line = ThreadLine(failed=("a", "b"), recovered=("c",))
    assert shown(RENDERER.watch_line(facts(None), line, "line-1")) == snapshot


LISTED = (
    (WATCH, "weekly"),
    (replace(TIMED, id="CD-EFGH6789", channel="C0WARROOM"), "one participant in weekly"),
)


@pytest.mark.parametrize(
    ("number", "everywhere"), [(0, False), (1, False), (2, True)], ids=["none", "one", "two"]
)
def test_the_list_of_watches(number: int, everywhere: bool, snapshot: SnapshotAssertion) -> None:  # noqa: FBT001  a case
    assert shown(RENDERER.watches(LISTED[:number], everywhere=everywhere)) == snapshot


REFUSALS: dict[str, BotError] = {
    "the same target": limit_refusal("same_target", REFERENCE),
    "20 in the channel": limit_refusal("channel_full", ""),
    "100 in the workspace": limit_refusal("workspace_full", ""),
    "shared channel": needs_public("people of another company are in it"),
    "private channel": needs_public("answers in this channel are private"),
    "not in the channel": NOT_IN_CHANNEL,
    "several things": unclear_target(
        Choices(tuple(Candidate("room", f"room {n}", f"Room standup ({n})", "a") for n in "abcde"))
    ),
    "a near name": unclear_target(
        Choices((Candidate("room", "room a1", "Room standup (a1)", "a"),), near=True)
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal(name: str, snapshot: SnapshotAssertion) -> None:
    assert shown(RENDERER.error(REFUSALS[name], REFERENCE)) == snapshot
