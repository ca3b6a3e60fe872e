"""The value of a button: enough to open the same look-up again, and nothing secret.

A button lives for months and its value comes back as Slack stored it (at most 2,000 characters), so
a look-up needs no memory of ours and survives any restart.
https://docs.slack.dev/reference/block-kit/block-elements/button-element
"""

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES, YEARS
from bot.domain.privacy.addresses import redact
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.report import Report
from bot.domain.target import TargetKind

LIMIT = 2000
VERSION = 1


@dataclass(frozen=True, slots=True)
class SavedLookup:
    """A look-up frozen at `as_of`, shown up to and including the failure `after`.

    `since` and `until` are the window asked for, `session_from` and `session_to` the session's
    time. `private` says that only the asker saw the answer, `follow_up` that it
    continues another. Buttons of earlier releases, without
    `newest_first`, show the oldest failure first.
    """

    lookup_id: str
    workspace: str
    kind: TargetKind
    room_id: str
    as_of: datetime
    session_id: str | None = None
    session_from: datetime | None = None
    session_to: datetime | None = None
    peer_id: str | None = None
    user_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ERROR_TYPES
    after: str | None = None
    shown: int = 0
    private: bool = False
    newest_first: bool = False
    follow_up: bool = False


_MOST = 10**9


def from_report(
    report: Report,
    *,
    after: str | None,
    shown: int,
    private: bool,
    newest_first: bool = False,
) -> SavedLookup:
    """Return the saved look-up of a report that was shown so far."""
    target, session = report.target, report.target.session
    return SavedLookup(
        lookup_id=report.lookup_id,
        workspace=target.room.workspace,
        kind=target.kind,
        room_id=target.room.id,
        as_of=report.as_of,
        session_id=session.id if session else None,
        session_from=session.created_at if session else None,
        session_to=session.ended_at if session else None,
        peer_id=target.peer_id,
        user_id=target.user_id,
        since=report.window.since,
        until=report.window.until,
        types=report.types,
        after=after,
        shown=shown,
        private=private,
        newest_first=newest_first,
        follow_up=report.follow_up,
    )


def encode(handle: SavedLookup) -> str:
    """Return the saved look-up as a button's value.

    Returns "" if it would not fit (an extremely long user id), or if an id holds an address,
    because everybody in the channel can read a button's value.
    """
    facts: dict[str, object] = {"v": VERSION}
    for name in SavedLookup.__slots__:
        value = getattr(handle, name)
        if isinstance(value, datetime):
            facts[name] = value.isoformat()
        elif name == "types":
            facts[name] = [ERROR_TYPES.index(kind) for kind in value]
        elif isinstance(value, str) and redact(value) != value:
            return ""
        elif value not in (None, False):
            facts[name] = value
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= LIMIT else ""


_MOST_SHORT = 255
"""https://docs.slack.dev/reference/block-kit/blocks/actions-block#fields"""
_COMMON_TEXT = (
    b'"after":"","shown":,"private":true,"user_id":"","peer_id":"","since":"","until":"'
    b'"types":[0,1,2,3,4]T:.+00:00","session_from":"2026-","session_to":"2026-'
    b'"session_id":"","as_of":"2026-{"v":1,"lookup_id":"CD-","workspace":"default",'
    b'"kind":"room","room_id":"'
)
"""Text that most values share. Blocks already posted hold values packed with it: never change it.
"""


def encode_short(handle: SavedLookup) -> str:
    """Return the saved look-up packed into the id of a block; "" if it does not fit there."""
    value = encode(handle).encode("utf-8", "replace")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=_COMMON_TEXT)
    text = base64.urlsafe_b64encode(packer.compress(value) + packer.flush()).decode()
    return text if value and len(text) <= _MOST_SHORT else ""


def _unpack(text: str) -> str:
    """Return the value that `encode_short` packed. Raises ValueError if it is not one."""
    try:
        packed = base64.b64decode(text, altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj(-15, zdict=_COMMON_TEXT)
        return unpacker.decompress(packed, 4 * LIMIT).decode()
    except zlib.error as error:
        raise ValueError(text) from error


def decode(text: str) -> SavedLookup:
    """Return the saved look-up of a button's value, or of the id of a block with a menu.

    Raises NotAllowed if the value is not one of ours, or of a version that is gone.
    """
    try:
        return _parse_facts(json.loads(text if text.startswith("{") else _unpack(text)))
    except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise NotAllowed(
            "That button belongs to an older answer that I can't read any more.",
            next_step="Ask again for a new answer.",
        ) from error


def _parse_facts(facts: Mapping[str, object]) -> SavedLookup:
    values: dict[str, object] = dict(facts)
    if values.pop("v") != VERSION:
        raise ValueError(facts)
    parsed = {name: _READERS[name](value) for name, value in values.items()}
    return SavedLookup(**parsed)  # type: ignore[arg-type]  # each reader gives its field's type


def _parse_text(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError(value)
    value.encode()  # raises ValueError for half of a surrogate pair
    return value


def _parse_moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_parse_text(value))
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError(value)
    return moment


def _parse_kind(value: object) -> str:
    if value not in get_args(TargetKind):
        raise ValueError(value)
    return _parse_text(value)


def _parse_count(value: object) -> int:
    if type(value) is not int or not 0 <= value < _MOST:
        raise TypeError(value)
    return value


def _parse_flag(value: object) -> bool:
    if type(value) is not bool:
        raise TypeError(value)
    return value


def _parse_types(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(value)
    return tuple(dict.fromkeys(ERROR_TYPES[_parse_count(index)] for index in value))


_READERS: Mapping[str, Callable[[object], object]] = {
    **dict.fromkeys(
        ("lookup_id", "workspace", "room_id", "session_id", "peer_id", "user_id", "after"),
        _parse_text,
    ),
    **dict.fromkeys(("as_of", "session_from", "session_to", "since", "until"), _parse_moment),
    "kind": _parse_kind,
    "types": _parse_types,
    "shown": _parse_count,
    "private": _parse_flag,
    "newest_first": _parse_flag,
    "follow_up": _parse_flag,
}


def query_of(handle: SavedLookup) -> LookupQuery:
    """Return the question that a look-up answered, to be asked anew."""
    ids = (
        (IdentifierKind.SESSION, handle.session_id if handle.kind == "session" else None),
        (IdentifierKind.PEER, handle.peer_id if handle.kind == "peer" else None),
        (IdentifierKind.USER, handle.user_id if handle.kind == "user" else None),
        (IdentifierKind.ROOM, handle.room_id if handle.kind != "session" else None),
    )
    return LookupQuery(
        clues=tuple(Identifier(kind, value) for kind, value in ids if value),
        since=handle.since,
        until=handle.until,
        types=handle.types,
        private=handle.private,
        workspace=handle.workspace,
        follow_up=handle.follow_up,
    )


def subject_ids(handle: SavedLookup) -> tuple[str, ...]:
    """Return the ids of the room and the person that a look-up is about."""
    return tuple(filter(None, (handle.room_id, handle.peer_id, handle.user_id)))


def target_key(handle: SavedLookup) -> tuple[str | None, ...]:
    """Return a key that is equal for look-ups of the same room, session or person."""
    peer = handle.peer_id and handle.peer_id.lower()
    session = handle.session_id if handle.kind == "session" else None
    return (handle.workspace, handle.kind, handle.room_id, session, peer, handle.user_id)
