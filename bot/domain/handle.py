"""What a button remembers: enough to open the same look-up again, and nothing secret.

A button lives for months and its value comes back as Slack stored it (at most 2,000
characters), so a look-up needs no memory of ours and survives any restart.
https://docs.slack.dev/reference/block-kit/block-elements/button-element
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.addresses import redact
from bot.domain.errors import NotAllowed
from bot.domain.events import ERROR_TYPES
from bot.domain.report import Report
from bot.domain.target import TargetKind

LIMIT = 2000
VERSION = 1


@dataclass(frozen=True, slots=True)
class Handle:
    """One look-up, frozen at `as_of`, read up to and including the failure `after`.

    `since`, `until` are the window asked for, `session_from`, `session_to` the session's time;
    `private` says that only the asker saw the answer.
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


_TIMES = ("as_of", "session_from", "session_to", "since", "until")


def handle_of(report: Report, *, after: str | None, shown: int, private: bool) -> Handle:
    """The handle of a report, read so far."""
    target, session = report.target, report.target.session
    return Handle(
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
    )


def write_handle(handle: Handle) -> str:
    """The handle as a button's value.

    It is "" if it would not fit (a monstrous user id), or if an id holds an address: everybody in
    the channel can read a button's value.
    """
    facts: dict[str, object] = {"v": VERSION}
    for name in Handle.__slots__:
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


def read_handle(text: str) -> Handle:
    """The handle out of a button's value.

    Raises NotAllowed if it is not one of ours, or of a version that is gone.
    """
    try:
        return _handle(json.loads(text))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise NotAllowed(
            "That button belongs to an older answer that I can no longer read.",
            next_step="Ask again for a fresh answer.",
        ) from error


def _handle(facts: Mapping[str, object]) -> Handle:
    values: dict[str, object] = dict(facts)
    if values.pop("v") != VERSION:
        raise ValueError(facts)
    for name in _TIMES:
        if name in values:
            values[name] = datetime.fromisoformat(str(values[name]))
    chosen = values.get("types", range(len(ERROR_TYPES)))
    if not isinstance(chosen, list | range):
        raise TypeError(chosen)
    values["types"] = tuple(ERROR_TYPES[index] for index in chosen)
    return Handle(**values)  # type: ignore[arg-type]  # wrong names or types raise TypeError


def names_of(handle: Handle) -> tuple[str, ...]:
    """The ids of the room and the person that a look-up is about."""
    return tuple(filter(None, (handle.room_id, handle.peer_id, handle.user_id)))
