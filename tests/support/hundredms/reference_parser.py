"""A plain parser of an events page, field by field, without caches or shared objects."""

import json
from typing import Any

from bot.domain.events import NO_TIME, ErrorEvent
from bot.hundredms.error_events import flatten_extras, format_media, parse_agent
from bot.hundredms.ice_candidates import network_fingerprint
from bot.hundredms.lenient import as_bool, as_int, as_mapping, as_text, as_time, sanitize
from tests.support.events import make_event

TIDIED = (
    "user_name", "room_name", "role", "error_name", "error_message", "error_description",
    "action", "domain", "transport_state", "endpoint",
)  # fmt: skip
AS_SENT = ("peer_id", "user_id", "room_id", "template_id", "account_id")
NUMBERS = ("error_code", "retries_join")
OTHER = ("session_id", "is_terminal", "audio", "video", "devices", "agent")
KNOWN = {*TIDIED, *AS_SENT, *NUMBERS, *OTHER}


def plain_events(body: bytes, key: bytes) -> list[ErrorEvent]:
    rows = json.loads(body)["events"]
    return [event for row in rows if (event := plain_event(row, key))]


def plain_event(row: Any, key: bytes) -> ErrorEvent | None:
    if not isinstance(row, dict):
        return None
    stamp: Any = row.get("timestamp")
    identity, kind = as_text(row.get("id")), as_text(row.get("type"))
    at = as_time(stamp)
    if identity is None or kind is None:
        return None
    if at is None:
        at, stamp = NO_TIME, ""
    data = as_mapping(row.get("data"))
    session = as_text(data.get("session_id"))
    return make_event(
        identity,
        kind,
        at,
        stamp,
        session_id=session if session and session.strip("0") else None,
        is_terminal=bool(as_bool(data.get("is_terminal"))),
        media=format_media(*(as_mapping(data.get(name)) for name in ("audio", "video", "devices"))),
        extras=flatten_extras({name: value for name, value in data.items() if name not in KNOWN}),
        agent=parse_agent(data.get("agent")),
        public_address=network_fingerprint(as_text(data.get("error_description")), key),
        **{name: sanitize(as_text(data.get(name))) for name in TIDIED},
        **{name: as_text(data.get(name)) for name in AS_SENT},
        **{name: as_int(data.get(name)) for name in NUMBERS},
    )
