"""Checks a room's rows for what 100ms' web SDK never sends.

Source: the recordings in `tests/data/sdk-recordings` (web SDK 0.12.15 to 0.15.2). Rows of other
platforms are not judged: what their SDKs send was not recorded.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

Row = Mapping[str, Any]

_CATEGORIES = {
    "client.connect.failed": {"ConnectFailed"},
    "client.join.failed": {"JoinWSMessageFailed"},
    "client.disconnected": {"SignalDisconnect"},
    "client.publish.failed": {"PublishIceConnectionFailed"},
    "client.subscribe.failed": {"SubscribeIceConnectionFailed"},
}
_TAIL = re.compile(r"\. \[(\w+)\] Could not recover after (\d+) (tries|milliseconds)")
_RELAY = re.compile(r"candidate:\S+ \d+ (\S+) (\d+) \S+ \d+ typ relay")
_MODEL = re.compile(r"(\w+_(mobile|tablet)/)?[A-Z][\w .-]*_[\d.]+")
_NEVER_TERMINAL = {2002, 4001, 4002, 4003, 5001, 5002, *range(6000, 6008), 6013}
_MEDIA_PATH = {4005, 4006}
_RETRIED = {
    ("client.connect.failed", 1000),
    ("client.disconnected", 1003),
    ("client.subscribe.failed", 4005),
    ("client.subscribe.failed", 4006),
}
_MILLISECONDS_SINCE, _ONE_2003_SINCE = (0, 12, 20), (0, 13, 0)
_SIGNAL_RETRIES, _STAND_IN = timedelta(seconds=90), timedelta(seconds=2)


def faults(rows: Iterable[Row]) -> Iterator[str]:
    """Return one line for each thing in the rows that the web SDK never sends."""
    everything = list(rows)
    for row in everything:
        if row["type"] in _CATEGORIES and _agent(row).get("sdk") == "web":
            for fault in _faults_of(row, everything):
                yield f"{row['id']}: {fault}"


def _faults_of(row: Row, everything: list[Row]) -> Iterator[str]:
    yield from _terminal_faults(row, everything)
    yield from _tail_faults(row)
    yield from _text_faults(row)
    yield from _stand_in_faults(row, everything)


def _terminal_faults(row: Row, everything: list[Row]) -> Iterator[str]:
    data, kind = row["data"], row["type"]
    code, terminal = data.get("error_code") or 0, bool(data.get("is_terminal"))
    publish = kind == "client.publish.failed"
    if terminal and publish and code in _MEDIA_PATH and not _signal_lost(row, everything):
        yield f"a publish {code} is never terminal while signalling lives"
    if terminal and (code // 1000 == 3 or code in _NEVER_TERMINAL):
        yield f"{code} is never terminal"
    if terminal and code == 2003 and _version(row) >= _ONE_2003_SINCE:
        yield "2003 is not terminal since 0.13.0"
    server_error = data.get("error_name") == "ServerErrors"
    if not terminal and data.get("action") == "INIT" and server_error:
        yield "a refusal of init is terminal from the start"
    if kind == "client.join.failed" and 400 <= code < 500 and code != 429:
        yield "a join refused with 4xx leaves no row"


def _tail_faults(row: Row) -> Iterator[str]:
    tail = _TAIL.search(row["data"].get("error_description") or "")
    if tail is None:
        retried = row["type"], row["data"].get("error_code")
        if row["data"].get("is_terminal") and retried in _RETRIED:
            yield f"a terminal {retried[1]} tells how long it was retried"
        return
    category, count, unit = tail.groups()
    if category not in _CATEGORIES[row["type"]]:
        yield f"{row['type']} does not end with [{category}]"
    if not row["data"].get("is_terminal"):
        yield "a retry text stands on terminal rows alone"
    if unit != ("milliseconds" if _version(row) >= _MILLISECONDS_SINCE else "tries"):
        yield f"{_agent(row).get('sdk_version')} does not count {unit}"
    if unit == "milliseconds" and int(count) < 60_000:
        yield f"retries last 60 s, not {count} ms"


def _text_faults(row: Row) -> Iterator[str]:
    data = row["data"]
    for leg, priority in _RELAY.findall(data.get("error_description") or ""):
        if leg != "udp" or int(priority) >> 24 > 3:
            yield f"browsers write no relay as '{leg} {priority}'"
    if row["type"] == "client.connect.failed" and (data.get("session_id") or "").strip("0"):
        yield "a failed connect knows no session"
    model = _agent(row).get("device_model")
    if model and not _MODEL.fullmatch(model):
        yield f"no browser is called '{model}'"


def _stand_in_faults(row: Row, everything: list[Row]) -> Iterator[str]:
    """Find an unmuted track right after a refused device: the SDK sends a muted one."""
    data = row["data"]
    if data.get("error_code") not in {3001, 3002, 3003, 3011}:
        return
    for track in everything:
        after = _at(track) - _at(row)
        if (
            track["type"] == "track.add.success"
            and track["data"].get("peer_id") == data.get("peer_id")
            and timedelta(0) <= after <= _STAND_IN
            and track["data"].get("type") in (data.get("error_message") or "")
            and track["data"].get("mute") is False
        ):
            yield f"the stand-in for {track['data']['type']} is muted"


def _signal_lost(row: Row, everything: list[Row]) -> bool:
    """Return whether the person's signalling was lost around that row."""
    if "[SignalDisconnect]" in (row["data"].get("error_description") or ""):
        return True
    return any(
        other["type"] == "client.disconnected"
        and other["data"].get("peer_id") == row["data"].get("peer_id")
        and abs(_at(other) - _at(row)) <= _SIGNAL_RETRIES
        for other in everything
    )


def _agent(row: Row) -> Mapping[str, Any]:
    return row["data"].get("agent") or {}


def _version(row: Row) -> tuple[int, ...]:
    """Return the SDK version, or without one that of the newest recording."""
    numbers = re.findall(r"\d+", str(_agent(row).get("sdk_version") or "0.15.2"))
    return tuple(int(number) for number in numbers[:3])


def _at(row: Row) -> datetime:
    return datetime.fromisoformat(row["timestamp"][:19] + "+00:00")
