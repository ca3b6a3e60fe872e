"""Reads the body of a webhook, of which nothing is trusted: only ids, a time and known reasons.

https://www.100ms.live/docs/server-side/v2/how-to-guides/configure-webhooks/webhook
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from bot.domain.privacy.addresses import redact
from bot.domain.rooms import CallFact, CallFactKind, CallFactReason

KINDS: Mapping[str, CallFactKind] = {kind: kind for kind in get_args(CallFactKind)}
REASONS: Mapping[str, CallFactReason] = {text: text for text in get_args(CallFactReason) if text}

MAX_ID_LENGTH = 200
MAX_REASON_LENGTH = 200
CLOCK_SKEW = timedelta(hours=1)
"""A webhook with a later time than this from now has no usable time."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook.

    `fact` is None for a type from which nothing is learned. A replay was asked for in the dashboard
    of 100ms, and may be weeks old.
    """

    fact: CallFact | None
    is_replay: bool = False


def parse_delivery(body: bytes, workspace: str, now: datetime) -> Delivery | None:
    """Return the webhook in the body; None if it has no id, type, room or plausible time."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):  # no UTF-8, no JSON, huge numbers or nesting
        return None
    if not isinstance(document, Mapping):
        return None
    kind, delivery_id = document.get("type"), parse_id(document.get("id")).lower()
    if not isinstance(kind, str) or not delivery_id:
        return None
    is_replay = document.get("is_replay") not in (None, False)
    if kind not in KINDS:
        return Delivery(None, is_replay)
    data = document.get("data")
    at = parse_time(document.get("timestamp"), now)
    if not isinstance(data, Mapping) or at is None:
        return None
    fact = build_fact(delivery_id, KINDS[kind], workspace, at, data)
    return Delivery(fact, is_replay) if fact else None


def build_fact(
    delivery_id: str, kind: CallFactKind, workspace: str, at: datetime, data: Mapping[str, Any]
) -> CallFact | None:
    """Return the fact of a webhook's `data`; None without a room."""
    room_id = parse_id(data.get("room_id"))
    if not room_id:
        return None
    peer = data.get("peer")  # of a changed role
    person = {**peer, **data} if isinstance(peer, Mapping) else data
    text = data.get("reason") if kind == "peer.leave.success" else data.get("error_message")
    return CallFact(
        delivery_id,
        kind,
        workspace,
        room_id,
        at,
        session_id=parse_id(data.get("session_id")),
        peer_id=parse_id(person.get("peer_id")).lower(),
        user_id=parse_id(person.get("user_id")),
        reason=parse_reason(text),
    )


def parse_id(value: object) -> str:
    """Return the value if it can be an id, else "": as `bot.storage.tables.is_storable_id`."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_LENGTH:
        return ""
    return value if value.isprintable() and redact(value) == value else ""


def parse_reason(value: object) -> CallFactReason:
    """Return the known reason that a free text is or begins with, case ignored; else ""."""
    if not isinstance(value, str):
        return ""
    words = " ".join(value[:MAX_REASON_LENGTH].lower().split())
    for text, reason in REASONS.items():
        if re.match(rf"{text}(?!\w)", words):
            return reason
    return ""


def parse_time(value: object, now: datetime) -> datetime | None:
    """Return an ISO 8601 time in UTC, which it is without a zone; None if it is not plausible."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= 2020 and moment - now <= CLOCK_SKEW else None  # noqa: PLR2004
