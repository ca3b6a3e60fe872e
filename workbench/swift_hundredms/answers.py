"""Returns the response to each request, as bytes."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.pretend_hundredms.answers import error_body
from workbench.pretend_hundredms.ids import base62, digest, uuid_of
from workbench.pretend_hundredms.peer_stats import stats_json
from workbench.pretend_hundredms.rooms import code_json, room_json
from workbench.swift_hundredms.rows import Asked
from workbench.swift_hundredms.shelves import ACCOUNT, Listed, Shelves

Query = Mapping[str, Sequence[str]]
Said = tuple[int, bytes]
"""Status and body."""

_USUAL = 10


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers from the shelves; `path` is that after `/v2`."""

    shelves: Shelves

    def answer(self, path: str, query: Query) -> Said:
        """Status and body for a GET."""
        match path.strip("/").split("/"):
            case ["analytics", "events"]:
                said = self._events(query)
            case ["analytics", "peer-stats"]:
                said = self._stats(_one(query, "peer_id"), _one(query, "session_id"))
            case ["rooms"]:
                said = self._rooms(query)
            case ["rooms", room_id]:
                said = self._room(room_id.lower())
            case ["sessions"]:
                said = self._sessions(query)
            case ["sessions", session_id]:
                said = self._session(session_id.lower())
            case ["room-codes", "room", room_id]:
                said = self._codes(room_id.lower())
            case _:
                said = _missing("resource not found")
        return said

    def _events(self, query: Query) -> Said:
        shelf = self.shelves.rooms.get(_one(query, "room_id").lower())
        asked = Asked(
            frozenset(query.get("type", ())),
            _one(query, "session_id"),
            _one(query, "peer_id"),
            _one(query, "user_id"),
            error=_one(query, "error") == "true",
        )
        bodies = shelf.rows.asked(asked) if shelf else ()
        first, limit = _offset(_one(query, "start")), int(_one(query, "limit") or _USUAL)
        page = bodies[first : first + limit]
        end = first + limit
        following = _cursor(query, end) if end < len(bodies) else ""
        head = {"limit": len(page), "total": len(bodies), "next": following}
        opened = json.dumps(head, separators=(",", ":")).encode()[:-1]
        return 200, b'%b,"events":[%b]}' % (opened, b",".join(page))

    def _sessions(self, query: Query) -> Said:
        room_id = _one(query, "room_id").lower()
        after, before = _moment(_one(query, "after")), _moment(_one(query, "before"))
        ended = _one(query, "active") == "false"  # all sessions here have ended
        rows = [
            one
            for one in (self.shelves.newest if ended else ())
            if room_id in ("", one.session.room_id)
            and (after is None or one.session.created_at >= after)
            and (before is None or one.session.created_at <= before)
        ]
        return 200, _session_page(rows, _one(query, "start"), int(_one(query, "limit") or _USUAL))

    def _rooms(self, query: Query) -> Said:
        named = self.shelves.named.get(_one(query, "name").lower(), ())
        enabled = _one(query, "enabled") != "false"  # all rooms here are
        data = [room_json(ACCOUNT, shelf.room) for shelf in (named if enabled else ())]
        return _listing(query, data)

    def _room(self, room_id: str) -> Said:
        shelf = self.shelves.rooms.get(room_id)
        return _json(200, room_json(ACCOUNT, shelf.room)) if shelf else _missing("room not found")

    def _session(self, session_id: str) -> Said:
        listed = self.shelves.sessions.get(session_id)
        return (200, listed.body) if listed else _missing("session not found")

    def _codes(self, room_id: str) -> Said:
        shelf = self.shelves.rooms.get(room_id)
        if shelf is None:
            return _missing("room not found")
        return _json(
            200,
            {
                "limit": 100,
                "data": [code_json(shelf.room, code) for code in shelf.room.codes],
                "last": "",
            },
        )

    def _stats(self, peer_id: str, session_id: str) -> Said:
        listed = self.shelves.sessions.get(session_id.lower())
        for peer in listed.session.peers if listed else ():
            if listed and peer.id == peer_id.lower():
                return _json(200, stats_json(listed.session, peer, empty=False))
        return _missing("peer or session not found")


def _session_page(rows: Sequence[Listed], start: str, limit: int) -> bytes:
    ids = [one.session.id for one in rows]
    first = ids.index(start) + 1 if start else 0
    page = rows[first : first + limit]
    last = page[-1].session.id if first + limit < len(rows) else ""
    bodies = b",".join(one.body for one in page)
    return b'{"limit":%d,"data":[%b],"last":"%b"}' % (limit, bodies, last.encode())


def _cursor(query: Query, offset: int) -> str:
    """A cursor of the documented shape; the same query and place always have the same one."""
    parts = [part for name, values in sorted(query.items()) if name != "start" for part in values]
    mark = f"{offset:08d}".encode() + digest(*parts, offset)[:56]
    tail = base64.urlsafe_b64encode(mark).decode()
    return f"{uuid_of('snapshot', *parts)}:{base62(7, *parts, offset)}:0~{tail}"


def _offset(cursor: str) -> int:
    return int(base64.urlsafe_b64decode(cursor.partition("~")[2])[:8]) if cursor else 0


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _one(query: Query, name: str) -> str:
    return query.get(name, ("",))[0]


def _listing(query: Query, data: list[dict[str, Any]]) -> Said:
    return _json(200, {"limit": int(_one(query, "limit") or _USUAL), "data": data, "last": ""})


def _json(status: int, body: Any) -> Said:  # noqa: ANN401  JSON
    return status, json.dumps(body, separators=(",", ":")).encode()


def _missing(message: str) -> Said:
    return _json(404, error_body(404, message))
