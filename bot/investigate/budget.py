"""Limits on the calls that one look-up may make, with their reasons."""

from dataclasses import dataclass
from datetime import timedelta

LONGEST_SESSION = timedelta(hours=12)
"""100ms ends a session after this time at the latest, according to its pages on sessions."""

CALLS_PER_ID = 3
"""Calls per 24-hex id: one as a room, one as a session, and one for the session's room."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls to 100ms that one look-up may make in one workspace.

    A 24-hex id costs 2 calls (room and session). A name costs 2 (enabled and disabled rooms). A
    peer or user without a room costs those 2, at most `active_pages`, and at most `ended_pages` in
    `windows` equal parts of the last 30 days; each page holds 100 sessions. `rows_per_type` limits
    the events read of one type (100 a call). `identify_calls` covers all ids of one text in all
    workspaces together, because texts from outside can hold thousands of ids.

    Reading the evidence of recoveries costs at most `session_pages` + `track_pages` +
    `around_pages` + `stats_calls` further calls, with 100 rows a page, and stops after
    `evidence_seconds`. It starts after the first pages of error events, so that it never delays the
    first answer. If it started beside further pages and the failures turn out to be from another
    time, it lists the sessions again.
    """

    identify_calls: int = 100
    active_pages: int = 10
    ended_pages: int = 150
    windows: int = 15
    rows_per_type: int = 200_000
    session_pages: int = 40
    track_pages: int = 60
    around_pages: int = 30
    stats_calls: int = 16
    evidence_seconds: float = 90.0

    def ids_within_calls(self, workspaces: int) -> int:
        """Return how many ids of one text may be looked up in this many workspaces."""
        return max(1, self.identify_calls // (CALLS_PER_ID * max(1, workspaces)))
