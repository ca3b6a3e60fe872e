"""Reads a scenario file (YAML) as the input of a diagnosis."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis import Diagnosis, DiagnosisInput, diagnose
from bot.domain.diagnosis.other_rooms import OtherRooms, weigh_other_rooms
from bot.domain.events import ErrorEvent
from bot.domain.report import Window
from bot.domain.rooms import CallFact, CallFactKind, Peer, PeerStats, Room, Session, TrackEvent
from bot.investigate.reports import filter_events
from tests.support.scenarios.event import event_of, peer_facts
from tests.support.scenarios.spread import spread
from tests.support.scenarios.times import moment, span
from tests.support.scenarios.yaml_text import parse

FOLDER = Path(__file__).parents[2] / "scenarios"
START = "2026-11-02T10:00:00Z"
_NOW_HERE = datetime(2026, 1, 1, tzinfo=UTC)  # a start is a time of its own, no offset


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario file: the diagnosis input and the expectations, with `each` expanded."""

    name: str
    case: DiagnosisInput
    expect: Mapping[str, Any]
    labels: Mapping[str, tuple[str, ...]]
    others: OtherRooms | None = None

    def diagnose(self, catalogue: Catalogue) -> Diagnosis:
        """Return the diagnosis, weighed by the other rooms if the scenario has any."""
        found = diagnose(self.case, catalogue)
        return weigh_other_rooms(found, self.others) if self.others else found


def files() -> list[Path]:
    """Return the paths of all scenarios, by name."""
    return sorted(FOLDER.glob("*.yaml"))


def load(path: Path) -> Scenario:
    """Return the scenario in that file. Raises ValueError or yaml.YAMLError."""
    return read(path.stem, parse(path.read_text("utf-8")))


def validate(path: Path) -> None:
    """Raise jsonschema.ValidationError unless the file follows `schema.json`.

    This takes several times as long as `load`, so that one test does it for all files.
    """
    _validator().validate(parse(path.read_text("utf-8")))


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(_without_references(schema, schema["$defs"]))


def _without_references(part: Any, definitions: Mapping[str, Any]) -> Any:
    """Return the schema with each `$ref` replaced by its definition, as looking it up is slow."""
    if isinstance(part, list):
        return [_without_references(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        part = definitions[part["$ref"].removeprefix("#/$defs/")]
    return {name: _without_references(one, definitions) for name, one in part.items()}


def read(name: str, raw: Mapping[str, Any]) -> Scenario:
    """Return the scenario from its parsed YAML."""
    start = moment(raw.get("start", START), _NOW_HERE)
    room = _room(raw)
    sessions = tuple(_session(one, start, room) for one in raw.get("sessions", []))
    known = peer_facts(raw)
    labels: dict[str, tuple[str, ...]] = {}
    events = []
    for label, entry, shift in _spread_events(raw.get("events", []), labels):
        events.append(event_of(label, entry, start, shift, known, room.id if room else "room-0"))
    tracks = tuple(
        _track(index, one, start, shift, known, room)
        for index, (one, shift) in enumerate(spread(raw.get("tracks", [])))
    )
    stats = tuple(_stats(one, start, shift) for one, shift in spread(raw.get("stats", [])))
    case = _case(raw, start, room, (tuple(events), sessions, tracks, stats))
    webhooks = list(spread(raw.get("webhooks", [])))
    labels.update({one["label"]: (f"webhook-{one['label']}",) for one, _ in webhooks})
    facts = tuple(_webhook(one, start, shift, known, room) for one, shift in webhooks)
    case = replace(case, facts=facts)
    expect = dict(raw["expect"])
    expect["stories"] = [one for one, _ in spread(expect["stories"])]
    others = OtherRooms(**raw["other_rooms"]) if "other_rooms" in raw else None
    return Scenario(name, case, expect, labels, others)


def _spread_events(
    entries: list[Any], labels: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, dict[str, Any], timedelta]]:
    for entry, shift in spread(entries):
        label, repeat = entry["label"], entry.get("repeat")
        if repeat is None:
            labels[label] = (label,)
            yield label, entry, shift
            continue
        names = tuple(f"{label}-{index + 1}" for index in range(repeat["count"]))
        labels[label] = names
        labels.update({name: (name,) for name in names})
        for index, name in enumerate(names):
            yield name, entry, shift + span(repeat["every"]) * index


def _room(raw: Mapping[str, Any]) -> Room | None:
    facts = raw.get("room", {})
    if facts is None:
        return None
    return Room(
        facts.get("id", "room-1"),
        "main",
        name=facts.get("name", "weekly"),
        enabled=facts.get("enabled", True),
    )


def _session(raw: Mapping[str, Any], start: datetime, room: Room | None) -> Session:
    begins = moment(raw["from"], start)
    ends = moment(raw["to"], start) if raw.get("to") else None
    peers = {}
    for one, shift in spread(raw.get("peers", [])):
        joined = moment(one["in"], start) + shift if one.get("in") else begins
        left = ends if "out" not in one else one["out"] and moment(one["out"], start) + shift
        peers[one["id"].lower()] = Peer(
            one["id"], one.get("name"), one.get("user"), one.get("role"), joined, left or None
        )
    return Session(
        raw["id"],
        room.id if room else "room-0",
        "main",
        active=raw.get("active", ends is None),
        created_at=begins,
        ended_at=ends,
        peers=peers,
    )


def _track(
    index: int,
    raw: Mapping[str, Any],
    start: datetime,
    shift: timedelta,
    known: Mapping[str, Mapping[str, Any]],
    room: Room | None,
) -> TrackEvent:
    facts = known.get(raw["peer"].lower(), {})
    at = moment(raw["t"], start) + shift
    return TrackEvent(
        id=hashlib.sha256(repr((index, raw)).encode()).hexdigest()[:12],
        type=f"track.{raw['do']}.success",
        at=at,
        stamp=at.isoformat(),
        peer_id=raw["peer"],
        user_id=raw.get("user", facts.get("user")),
        user_name=facts.get("name"),
        role=facts.get("role"),
        session_id=raw.get("session", facts.get("session")),
        room_id=raw.get("room", room.id if room else None),
        media=raw["media"],
        source=raw.get("source", "regular"),
        mute=raw.get("mute", False),
    )


_KINDS: Mapping[str, CallFactKind] = {
    "refused": "peer.join.failure",
    "left": "peer.leave.success",
    "role-refused": "role.change.failure",
    "ended": "room.end.success",
}


def _webhook(
    raw: Mapping[str, Any],
    start: datetime,
    shift: timedelta,
    known: Mapping[str, Mapping[str, Any]],
    room: Room | None,
) -> CallFact:
    person = known.get(raw.get("peer", "").lower(), {})
    session = None if raw["tells"] == "refused" else person.get("session")
    return CallFact(
        raw["label"],
        _KINDS[raw["tells"]],
        "main",
        room.id if room else "room-0",
        moment(raw["t"], start) + shift,
        session_id=raw.get("session", session) or "",
        peer_id=raw.get("peer", "").lower(),
        user_id=raw.get("user", person.get("user")) or "",
        reason=raw.get("reason", ""),
    )


def _stats(raw: Mapping[str, Any], start: datetime, shift: timedelta) -> PeerStats:
    def moments(key: str) -> tuple[datetime, ...]:
        found: list[datetime] = []
        for one in raw.get(key, []):
            first = moment(one if isinstance(one, str) else one["from"], start) + shift
            last = first if isinstance(one, str) else moment(one["to"], start) + shift
            step = span("10s" if isinstance(one, str) else one.get("every", "10s"))
            count = (last - first) // step
            found += [first + step * index for index in range(count + 1)]
        return tuple(found)

    return PeerStats(raw["peer"], raw["session"], moments("published"), moments("received"))


_Facts = tuple[
    tuple[ErrorEvent, ...],
    tuple[Session, ...],
    tuple[TrackEvent, ...],
    tuple[PeerStats, ...],
]


def _case(
    raw: Mapping[str, Any], start: datetime, room: Room | None, facts: _Facts
) -> DiagnosisInput:
    asked = raw.get("look_up", {"kind": "room"})
    kind, wanted = asked["kind"], asked.get("id")
    events, sessions, tracks, stats = facts
    since, until = (asked.get(key) and moment(asked[key], start) for key in ("since", "until"))
    session = next((one for one in sessions if one.id == wanted), None)
    mine = filter_events(events, session if kind == "session" else None, Window(since, until))
    if kind == "peer":
        mine = tuple(one for one in mine if (one.peer_id or "").lower() == (wanted or "").lower())
    if kind == "user":
        mine = tuple(one for one in mine if one.user_id == wanted)
    return DiagnosisInput(
        room=room,
        now=moment(raw.get("now", "+2h"), start),
        events=mine,
        around=events if kind in {"peer", "user"} else (),
        sessions=sessions,
        tracks=tracks,
        stats=stats,
        kind=kind,
        session_id=wanted if kind == "session" else None,
        peer_id=wanted if kind == "peer" else None,
        user_id=wanted if kind == "user" else None,
        since=since,
        until=until,
        known=not asked.get("unknown", False) and room is not None,
    )
