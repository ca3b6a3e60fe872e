"""Labelled diagnosis scenarios as rooms: `tests/scenarios/*.yaml`, moved into the present.

A room is named like its file, and looks at the pretend present as the scenario does at its
`now`. Ids are made anew, in the shapes that 100ms uses; event ids stay the scenario's labels.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from workbench.pretend_hundredms.ids import event_stamp, nanoseconds_of, object_id, room_code
from workbench.pretend_hundredms.scenarios_events import (
    Stagehand,
    error_events,
    track_events,
)
from workbench.pretend_hundredms.scenarios_text import (
    Entry,
    document,
    entries,
    instant,
    length,
    moment,
)
from workbench.pretend_hundredms.world import (
    Measured,
    PretendCode,
    PretendPeer,
    PretendRoom,
    PretendSession,
)

FOLDER = Path(__file__).parents[2] / "tests" / "scenarios"
_START = "2026-11-02T10:00:00Z"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file; ``room`` is None if it is about an id that is nothing."""

    name: str
    room: PretendRoom | None
    hand: Stagehand
    look_up: Entry


def scenario_files(folder: Path = FOLDER) -> list[Path]:
    """Every scenario of a folder in order of name; none if there is no such folder."""
    return sorted(folder.glob("*.yaml"))


def scenario_rooms(folder: Path, now: datetime, account_id: str) -> tuple[PretendRoom, ...]:
    """One room for each scenario that has one."""
    scenarios = (load_scenario(path, now, account_id) for path in scenario_files(folder))
    return tuple(one.room for one in scenarios if one.room)


def load_scenario(path: Path, now: datetime, account_id: str) -> Scenario:
    """The scenario of a file as it looks at ``now``, of which whole seconds count."""
    raw = read_scenario(path)
    hand = _stagehand(path.stem, raw, now, account_id)
    room = None if raw.get("room", {}) is None else _room(hand, raw)
    return Scenario(path.stem, room, hand, raw.get("look_up") or {"kind": "room"})


def read_scenario(path: Path) -> Entry:
    """Return the content of the file; the mapping is shared, so do not change it."""
    return _read(path, path.stat().st_mtime_ns)


@functools.cache
def _read(path: Path, written: int) -> Entry:
    """Read once as long as it stays as it was `written`: YAML takes its time."""
    del written
    return document(path.read_text("utf-8"))


def lookup_text(scenario: Scenario) -> str:
    """Return the text that a person would paste to ask for it."""
    asked, hand = scenario.look_up, scenario.hand
    identity = asked.get("id", "")
    # Of somebody who is nobody, no room would be known either.
    place = "" if asked.get("unknown") else f" in {scenario.name}"
    words = {
        "session": f"session {hand.session_id(identity)}",
        "peer": f"peer {hand.peer_id(identity)}{place}",
        "user": f"user:{_quoted(identity)}{place}",
    }.get(asked["kind"], scenario.name)
    for word in ("since", "until"):
        if asked.get(word):
            at = hand.at(asked[word])
            words += f" {word} {event_stamp(moment(at), at % 10**9)}"
    return words


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _stagehand(name: str, raw: Entry, now: datetime, account_id: str) -> Stagehand:
    start = instant(raw.get("start", _START), 0)
    present = nanoseconds_of(now.replace(microsecond=0))
    shift = present - instant(raw.get("now", "+2h"), start)
    return Stagehand(
        name=name,
        start=start,
        shift=shift,
        room_label=(raw.get("room") or {}).get("id", "room-1"),
        room_id=object_id(_made(start + shift), "scenario", name),
        account_id=account_id,
        peers=_peers_of(raw),
    )


def _made(begun: int) -> datetime:
    """A room is some weeks older than what is told of it."""
    return (moment(begun) - timedelta(days=40)).replace(microsecond=0)


def _peers_of(raw: Entry) -> dict[str, Entry]:
    """Return the facts about each peer by its label in lower case; sessions take precedence."""
    known = {one["peer"].lower(): one for one, _ in reversed(list(entries(raw.get("people"))))}
    for session in raw.get("sessions") or []:
        for peer, _ in entries(session.get("peers")):
            known[peer["id"].lower()] = {**peer, "session": session["id"]}
    return known


def _room(hand: Stagehand, raw: Entry) -> PretendRoom:
    made = _made(hand.start + hand.shift)
    events = (*error_events(hand, raw.get("events")), *track_events(hand, raw.get("tracks")))
    return PretendRoom(
        id=hand.room_id,
        name=hand.name,
        created_at=made,
        template_id=object_id(made, "scenario template"),
        enabled=(raw.get("room") or {}).get("enabled") is not False,
        description=raw["title"],
        codes=(PretendCode(room_code("scenario", hand.name), "guest"),),
        sessions=tuple(_session(hand, one, raw.get("stats")) for one in raw.get("sessions") or []),
        events=tuple({**one, "data": _named(hand, one["data"])} for one in events),
    )


def _named(hand: Stagehand, data: Entry) -> Entry:
    """With the room's name, if the event is of this room and tells it."""
    inside = data.get("room_id") == hand.room_id and "session_id" in data
    return {"room_name": hand.name, **data} if inside else data


def _session(hand: Stagehand, raw: Entry, stats: list[Entry] | None) -> PretendSession:
    begun = moment(hand.at(raw["from"]))
    ended = moment(hand.at(raw["to"])) if raw.get("to") else None
    if ended is None and raw.get("active") is False:
        ended = begun  # over, and when is not known: 100ms would show no later change
    measured = _measured(hand, raw["id"], stats)
    peers = tuple(
        _peer(hand, one, later, (begun, ended), measured)
        for one, later in entries(raw.get("peers"))
    )
    return PretendSession(hand.session_id(raw["id"]), hand.room_id, begun, ended, peers)


def _peer(
    hand: Stagehand,
    raw: Entry,
    later: int,
    span: tuple[datetime, datetime | None],
    measured: dict[str, Measured],
) -> PretendPeer:
    joined = moment(hand.at(raw["in"], later)) if raw.get("in") else span[0]
    left = moment(hand.at(raw["out"], later)) if raw.get("out") else None
    return PretendPeer(
        hand.peer_id(raw["id"]),
        raw.get("name") or "",
        raw.get("user") or "",
        raw.get("role") or "",
        joined,
        left if "out" in raw else span[1],
        measured=measured.get(raw["id"].lower(), Measured()),
    )


def _measured(hand: Stagehand, session: str, stats: list[Entry] | None) -> dict[str, Measured]:
    return {
        one["peer"].lower(): Measured(
            tuple(_samples(hand, one.get("published"), later)),
            tuple(_samples(hand, one.get("received"), later)),
        )
        for one, later in entries(stats)
        if one["session"] == session
    }


def _samples(hand: Stagehand, rows: list[str | Entry] | None, later: int) -> Iterator[int]:
    """Milliseconds since 1970, as peer-stats have them."""
    for row in rows or []:
        span = {"from": row, "to": row} if isinstance(row, str) else row
        first, last = hand.at(span["from"], later), hand.at(span["to"], later)
        step = length(span.get("every", "10s"))
        yield from (at // 10**6 for at in range(first, last + 1, step))
