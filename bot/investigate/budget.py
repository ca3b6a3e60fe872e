"""How many calls a look-up may make, and why."""

from dataclasses import dataclass
from datetime import timedelta

EVENT_RETENTION = timedelta(days=30)
"""100ms keeps events for 30 days: an older session can have no error events left.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
"""

LONGEST_SESSION = timedelta(hours=12)
"""100ms ends a session after this time at the latest, as its pages on sessions say."""


CALLS_PER_ID = 3
"""A 24-hex id is asked for as a room and as a session, and a session's room is read."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls to 100ms that one look-up may make in one workspace.

    A 24-hex id costs 2 calls (room and session), a name 2 (enabled and disabled rooms). A peer
    or user without a room costs those 2, at most `active_pages`, and at most `ended_pages` in
    `windows` equal parts of the last 30 days, each page holding 100 sessions. `rows_per_type`
    caps the events read of one type (100 a call). `identify_calls` is for all ids of one text, in
    all workspaces together: outside texts can hold thousands.

    Reading what proves recoveries costs at most `session_pages` + `track_pages` +
    `around_pages` + `stats_calls` calls more, each page holding 100 rows, and stops after
    `evidence_seconds`. It follows the first pages of error events, so that it never delays the
    first answer. Begun beside further pages, it lists sessions anew if the failures turn out to
    be of another time.
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
        """How many ids of one text may be looked up in so many workspaces."""
        return max(1, self.identify_calls // (CALLS_PER_ID * max(1, workspaces)))

    @property
    def pages_per_window(self) -> int:
        """Pages that one window may take."""
        return max(1, self.ended_pages // self.windows)
