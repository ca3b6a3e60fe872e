"""Every behaviour that the 100ms documentation leaves open, as a switch.

The defaults are what is documented, or else the mildest reading.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

MEANINGS = {
    "order": "The order of events by time within a list.",
    "total": "The total in a page: query counts every row, distinct leaves out repeated rows, "
    "absent sends none, page_only counts this page alone.",
    "limit_out_of_range": "A page size over 100: refuse answers 400, clamp sends 100 rows.",
    "expired_cursor": "A cursor older than a day: status 400 or 404, or an empty page.",
    "cursor_ignores_filters": "Whether a cursor goes on with its first query, whatever is sent.",
    "last_next": "The next cursor on the last page: empty text, null, or no such field.",
    "empty_lists": "An empty list of events: an empty list, or null.",
    "list_end": "The cursor at the end of other lists: empty text, or null.",
    "unknown_room": "Events of a room that does not exist: an empty list, 404 with the new or the "
    "old form of error, or 400.",
    "wrong_kind": "The status for a room id in the place of a session id, and the reverse.",
    "bad_token": "The status for a token that is refused.",
    "duplicates": "Rows that come twice: never, within a page, or on two pages.",
    "stray_row": "Whether the first page also holds an event of a type that was not asked for.",
    "repeated_cursor": "Whether a page names its own cursor as the next one.",
    "empty_page_with_next": "Whether an empty page comes before the next full one.",
    "case_sensitive_ids": "Whether ids in another case are unknown.",
    "exact_peer_case": "Whether peer ids in another case find no events.",
    "room_names": "Search by name: exact finds the whole name, partial any part of it.",
    "live_peer_stats": "Peer statistics of a running session: 404, 409, or an empty list.",
    "token_leeway_s": "Seconds by which a token may be expired and is still accepted.",
    "token_clock_ahead_s": "Seconds by which the clock that checks tokens is ahead.",
    "clock_ahead_s": "Seconds by which every other clock of 100ms is ahead.",
    "latency_ms": "Milliseconds that each answer takes in addition.",
}
"""The effect of each switch, and the meaning of its values."""


@dataclass(slots=True, kw_only=True)
class Switches:
    """Set a field at any time; the next call obeys."""

    order: Literal["ascending", "descending", "shuffled"] = "ascending"
    total: Literal["query", "distinct", "absent", "page_only"] = "query"
    limit_out_of_range: Literal["refuse", "clamp"] = "refuse"
    expired_cursor: Literal["400", "404", "empty"] = "400"
    cursor_ignores_filters: bool = False
    last_next: Literal["empty", "null", "missing"] = "empty"
    empty_lists: Literal["list", "null"] = "list"
    list_end: Literal["empty", "null"] = "empty"
    unknown_room: Literal["empty", "404_new", "404_old", "400"] = "empty"
    wrong_kind: Literal["404", "400", "401"] = "404"
    bad_token: Literal["401", "403"] = "401"
    duplicates: Literal["none", "within_page", "across_pages"] = "none"
    stray_row: bool = False  # page 1 also holds an event of a type not asked for
    repeated_cursor: bool = False
    empty_page_with_next: bool = False
    case_sensitive_ids: bool = False
    exact_peer_case: bool = False
    room_names: Literal["exact", "partial"] = "exact"
    live_peer_stats: Literal["404", "409", "empty"] = "404"
    token_leeway_s: float = 0.0
    token_clock_ahead_s: float = 0.0  # moves the check of tokens alone
    clock_ahead_s: float = 0.0  # moves everything else: cursors, the window of 30 days
    latency_ms: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Every switch with its value."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def change(self, changes: dict[str, Any]) -> None:
        """Set several switches at once, or none: ValueError names the first wrong one."""
        hints = get_type_hints(type(self))
        for name, value in changes.items():
            if name not in hints:
                raise ValueError(f"there is no switch {name!r}")
            if not _fits(value, hints[name]):
                raise ValueError(f"switch {name!r} cannot be {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)


def _fits(value: object, kind: Any) -> bool:  # noqa: ANN401  a type hint has no narrower type
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if kind is bool:
        return isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool)
