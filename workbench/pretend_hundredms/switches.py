"""Every behaviour that the 100ms documentation leaves open, as a switch.

The defaults are what is documented, or else the mildest reading.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints


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
