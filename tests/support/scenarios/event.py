"""Converts an event entry of a scenario into the bot's error event."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.events import Agent, ErrorEvent
from bot.domain.privacy.addresses import redact
from bot.domain.text import clean
from bot.hundredms.error_events import parse_event as event_of_row
from tests.support.events import make_event
from tests.support.scenarios.defaults import ACTIONS, CODES, DEVICES
from tests.support.scenarios.spread import spread
from tests.support.scenarios.times import moment, stamp

TYPES = {
    "publish": "client.publish.failed",
    "subscribe": "client.subscribe.failed",
    "join": "client.join.failed",
    "disconnected": "client.disconnected",
    "connect": "client.connect.failed",
    "role": "role.change.failure",
}
_CATEGORIES = {
    "connect": "ConnectFailed",
    "disconnected": "SignalDisconnect",
    "join": "JoinWSMessageFailed",
    "publish": "PublishIceConnectionFailed",
    "subscribe": "SubscribeIceConnectionFailed",
}
_KEY = b"scenario"
_RELAY_PRIORITIES = {"udp": 41886207, "tcp": 25108223, "tls": 8331263}
_TURN, _LAN, _FAR = "203.0.113.250", "192.0.2.10", "203.0.113.200"


def peer_facts(raw: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the facts in `sessions` and `people` by peer id in lower case."""
    known: dict[str, dict[str, Any]] = {}
    for session in raw.get("sessions", []):
        for one, _ in spread(session.get("peers", [])):
            known[one["id"].lower()] = {**one, "session": session["id"]}
    for one, _ in spread(raw.get("people", [])):
        known.setdefault(one["peer"].lower(), one)
    return known


def event_of(
    label: str,
    raw: Mapping[str, Any],
    start: datetime,
    shift: timedelta,
    known: Mapping[str, Mapping[str, Any]],
    room_id: str,
) -> ErrorEvent:
    """Return the event. `known` has the facts about peers that the entry omits."""
    if "raw" in raw:
        return _from_wire(label, raw["raw"])
    code = raw.get("code")
    usual = CODES.get(code or 0, ("", None, "", "", None))
    short = raw.get("type") or usual[1]
    if short is None:
        raise ValueError(f"{label}: no type, and code {code} has several")
    facts = known.get((raw.get("peer") or "").lower(), {})
    at = moment(raw["t"], start) + shift
    session = None if short == "connect" else facts.get("session")
    description = _description(raw, short, raw.get("description", usual[3]))
    ice = raw.get("ice")
    address = raw.get("address") or (ice.get("address") if isinstance(ice, dict) else None)
    return make_event(
        id=label,
        type=TYPES[short],
        at=at,
        stamp=stamp(raw["t"], at) if not shift else stamp("+", at),
        peer_id=raw.get("peer"),
        user_id=raw.get("user", facts.get("user")),
        user_name=raw.get("name", facts.get("name")),
        role=raw.get("role", facts.get("role")),
        session_id=raw.get("session", session),
        room_id=raw.get("room", room_id),
        error_code=code,
        error_name=_text(raw.get("error", usual[0])),
        error_message=_text(raw.get("message", usual[2])),
        error_description=_text(description),
        is_terminal=raw.get("terminal", "gave_up_after" in raw),
        action=_text(raw.get("action", usual[4] or ACTIONS[TYPES[short]])),
        domain=raw.get("domain"),
        transport_state=raw.get("state"),
        endpoint=raw.get("endpoint"),
        retries_join=raw.get("retries_join"),
        agent=_agent(raw, facts),
        public_address=address and hashlib.sha256(address.encode()).hexdigest()[:16],
    )


def _text(text: str | None) -> str | None:
    return redact(clean(text)) if text else None


def _agent(raw: Mapping[str, Any], facts: Mapping[str, Any]) -> Agent:
    if raw.get("agent", {}) is None:
        return Agent()
    preset = DEVICES[raw.get("device", facts.get("device", "chrome-mac"))]
    return Agent(**{**preset, **raw.get("agent", {})})


def _description(raw: Mapping[str, Any], short: str, text: str | None) -> str | None:
    if "ice" in raw:
        text = ice_text(raw["ice"])
    if "gave_up_after" in raw:
        tried = raw["gave_up_after"]
        text = f"{text or ''}. [{_CATEGORIES[short]}] Could not recover after {tried} milliseconds"
    if "depends_on" in raw:
        text = f"{text or ''} Could not recover all of it's required dependencies"
        text += f" - [{raw['depends_on']}]"
    return text


def ice_text(ice: Any) -> str:
    """Return the ICE candidates as the web SDK writes them."""
    if ice == "none":
        return "local candidate - undefined; remote candidate - undefined"
    local = _candidate(ice["local"], ice.get("proto", "udp"), ice.get("address"), ice.get("cost"))
    remote = _candidate(ice.get("remote", "prflx"), ice.get("proto", "udp"), _FAR, None)
    return f"local candidate - {local}; remote candidate - {remote}"


def _candidate(kind: str, proto: str, address: str | None, cost: int | None) -> str:
    if kind == "none":
        return "undefined"
    ip = _TURN if kind == "relay" else address or _LAN
    if kind == "relay":  # its word is the relayed leg; the way to the relay is in the priority
        proto, priority = "udp", _RELAY_PRIORITIES[proto]
    else:
        priority = 1686052607
    related = {"relay": address or _LAN, "srflx": _LAN, "prflx": _LAN}.get(kind)
    text = f"candidate:1267094175 1 {proto} {priority} {ip} 52563 typ {kind}"
    text += f" raddr {related} rport 53039" if related else ""
    text += " generation 0 ufrag IC9l network-id 1"
    return text if cost is None else f"{text} network-cost {cost}"


def _from_wire(label: str, raw: Mapping[str, Any]) -> ErrorEvent:
    found = event_of_row({**raw, "data": dict(raw.get("data") or {}), "id": label}, _KEY)
    if found is None:
        raise ValueError(f"{label}: no readable time")
    return found
