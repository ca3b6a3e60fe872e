"""A scenario's entries as the error and track events that 100ms would hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.pretend_hundredms.ids import event_stamp, milli_stamp, object_id, uuid_of
from workbench.pretend_hundredms.scenarios_text import Entry, entries, instant, moment, repeated
from workbench.pretend_hundredms.scenarios_usual import (
    ACTIONS,
    CODES,
    DEVICES,
    RETRIES,
    TYPES,
    Usual,
)
from workbench.pretend_hundredms.world import Event

# What libwebrtc gives a relay by the way to it: TLS 0, TCP 1, UDP 2 in the top byte.
_RELAY_PRIORITIES = {"tls": 8331263, "tcp": 25108223, "udp": 41886207}
_TURN, _FAR = "203.0.113.250", "203.0.113.200"
_HIDDEN, _NOWHERE = "5e1f0c1d-2a6b-4c3e-9d53-0e8f7a6b5c4d.local", "redacted-ip.invalid"


@dataclass(frozen=True, slots=True)
class Stagehand:
    """Moves a scenario's times, gives its ids, and knows its peers by lower-case label.

    ``start`` is the scenario's, ``shift`` what brings its `now` to the present; both in
    nanoseconds.
    """

    name: str
    start: int
    shift: int
    room_label: str
    room_id: str
    account_id: str
    peers: Mapping[str, Entry]

    def at(self, text: str, later: int = 0) -> int:
        """A time of the scenario, moved into the pretend present."""
        return instant(text, self.start) + later + self.shift

    def peer_id(self, label: str) -> str:
        """A UUID for a peer's label; in capitals if the label has some."""
        found = uuid_of("scenario peer", self.name, label.lower())
        return found if label == label.lower() else found.upper()

    def session_id(self, label: str) -> str:
        """24 hex characters for a session's label; 100ms' word for "none" stays."""
        if not label.strip("0"):
            return label
        return object_id(moment(self.start + self.shift), "scenario session", self.name, label)

    def room(self, label: str) -> str:
        """The room's id, or that of a room which does not exist."""
        if label == self.room_label:
            return self.room_id
        return object_id(moment(self.start + self.shift), "scenario room", self.name, label)


def error_events(hand: Stagehand, rows: list[Entry] | None) -> Iterator[Event]:
    """Every error event, one for each repetition."""
    for row, later in entries(rows):
        for label, delay in repeated(row["label"], row):
            if "raw" in row:
                yield _raw(hand, label, row["raw"])
            else:
                yield _error(hand, label, row, hand.at(row["t"], later + delay))


def track_events(hand: Stagehand, rows: list[Entry] | None) -> Iterator[Event]:
    """Every track event."""
    for number, (row, later) in enumerate(entries(rows)):
        at = hand.at(row["t"], later)
        facts = hand.peers.get(row["peer"].lower(), {})
        peer, media = hand.peer_id(row["peer"]), row["media"]
        data = {
            **_who(hand, row, facts, row.get("session", facts.get("session"))),
            "track_id": uuid_of("scenario track", peer, media, row.get("source")),
            "stream_id": uuid_of("scenario stream", peer),
            "type": media,
            "source": row.get("source", "regular"),
            "mute": row.get("mute", False),
            "started_at": milli_stamp(moment(at)),
        }
        identity = uuid_of("scenario track event", hand.name, number)
        yield _envelope(identity, f"track.{row['do']}.success", at, data)


def _error(hand: Stagehand, label: str, row: Entry, at: int) -> Event:
    usual = CODES.get(row.get("code") or 0, Usual())
    kind = row.get("type") or usual.kind
    if kind is None:
        raise ValueError(f"{hand.name}: {label} has no type")
    facts = hand.peers.get((row.get("peer") or "").lower(), {})
    session = None if kind == "connect" else facts.get("session")
    data = {
        **_who(hand, row, facts, row.get("session", session)),
        "error_code": row.get("code"),
        "error_name": row.get("error", usual.name),
        "error_message": row.get("message", usual.message),
        "error_description": _description(row, kind, row.get("description", usual.description)),
        "is_terminal": row.get("terminal", "gave_up_after" in row),
        "action": row.get("action", usual.action or ACTIONS[kind]),
        "domain": row.get("domain"),
        "transport_state": row.get("state"),
        "endpoint": row.get("endpoint"),
        "retries_join": row.get("retries_join"),
        "agent": _agent(row, facts),
    }
    return _envelope(label, TYPES[kind], at, data)


def _who(hand: Stagehand, row: Entry, facts: Entry, session: str | None) -> Entry:
    peer = row.get("peer")
    return {
        "peer_id": peer and hand.peer_id(peer),
        "user_id": row.get("user", facts.get("user")),
        "user_name": row.get("name", facts.get("name")),
        "role": row.get("role", facts.get("role")),
        "session_id": session and hand.session_id(session),
        "room_id": hand.room(row.get("room", hand.room_label)),
        "account_id": hand.account_id,
    }


def _envelope(identity: str, kind: str, at: int, data: Entry) -> Event:
    return {
        "version": "2.0",
        "id": identity,
        "timestamp": event_stamp(moment(at), at % 10**9),
        "type": kind,
        "data": {key: value for key, value in data.items() if value is not None and value != ""},
    }


def _raw(hand: Stagehand, label: str, raw: Entry) -> Event:
    """A whole event as it was written, but for its time and its ids."""
    data = dict(raw.get("data") or {})
    for key, given in (
        ("peer_id", hand.peer_id),
        ("session_id", hand.session_id),
        ("room_id", hand.room),
    ):
        if isinstance(data.get(key), str) and data[key].strip():
            data[key] = given(data[key])
    at = hand.at(raw["timestamp"])
    stamp = event_stamp(moment(at), at % 10**9)
    return {**raw, "id": label, "timestamp": stamp, "data": data}


def _agent(row: Entry, facts: Entry) -> Entry | None:
    changes = row.get("agent", {})
    if changes is None:
        return None
    preset = DEVICES[row.get("device") or facts.get("device") or "chrome-mac"]
    fields = {k: v for k, v in {**preset, **changes}.items() if v is not None}
    joined = ",".join(f"{key}:{_word(value)}" for key, value in fields.items())
    # 100ms writes the environment into the joined text alone.
    return {**{k: v for k, v in fields.items() if k != "env"}, "string": joined}


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _description(row: Entry, kind: str, text: str | None) -> str | None:
    if "ice" in row:
        text = _pair(row["ice"], row.get("address"))
    elif row.get("address"):
        # 100ms shows a public address in candidates alone.
        text = f"{text or ''} {_pair({'local': 'srflx'}, row['address'])}".strip()
    if "gave_up_after" in row:
        took = f"Could not recover after {row['gave_up_after']} milliseconds"
        text = f"{text or ''}. [{RETRIES[kind]}] {took}"
    if "depends_on" in row:
        text = f"{text or ''} Could not recover all of it's required dependencies"
        text += f" - [{row['depends_on']}]"
    return text


def _pair(ice: Any, address: str | None) -> str:  # noqa: ANN401  a word or a mapping
    if ice == "none":
        return "local candidate - undefined; remote candidate - undefined"
    own, way = ice.get("address", address), ice.get("proto", "udp")
    local = _candidate(ice["local"], way, own, ice.get("cost"))
    remote = _candidate(ice.get("remote", "prflx"), way, _FAR, None)
    return f"local candidate - {local}; remote candidate - {remote}"


def _candidate(kind: str, way: str, address: str | None, cost: int | None) -> str:
    """RFC 8839's form. Where no address is known, browsers hide it behind a name of mDNS."""
    if kind == "none":
        return "undefined"
    shown = {"relay": _TURN, "host": address or _HIDDEN}.get(kind, address or _NOWHERE)
    priority = _RELAY_PRIORITIES[way] if kind == "relay" else 1677729535
    leg = "udp" if kind == "relay" else way  # of a relay the relayed leg, not the way to it
    parts = [f"candidate:842163049 1 {leg} {priority} {shown} 61502 typ {kind}"]
    if kind != "host":
        behind = address or _NOWHERE if kind == "relay" else _HIDDEN
        parts.append(f"raddr {behind} rport 50814")
    parts.append("generation 0 ufrag Hx2c network-id 1")
    if cost is not None:
        parts.append(f"network-cost {cost}")
    return " ".join(parts)
