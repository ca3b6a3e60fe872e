"""The sources that a look-up could not read, so that no claim rests on them.

A source counts as unread if any part of it is missing: it failed, was cut short, or was left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.domain.events import ERROR_TYPES

BEFORE_A_SESSION = frozenset({"client.connect.failed", "client.join.failed", "client.disconnected"})
"""Types that may be the only trace of a person: without a join there is no session."""

OLDER_EVENTS = "errors older than 30 days"
"""Used in place of a type for events that 100ms dropped after the answer.

No remaining story depends on them.
"""

TYPE_NOUNS = {
    "client.publish.failed": "publish errors",
    "client.subscribe.failed": "subscribe errors",
    "client.join.failed": "join errors",
    "client.disconnected": "disconnect errors",
    "client.connect.failed": "connect errors",
}
SESSIONS, TRACKS, STATS = "who was in the room", "track events", "media measurements"
OTHER_ERRORS = "the room's other errors"

StayKey = tuple[str, str]
"""A peer id and a session id, both in lower case."""


@dataclass(frozen=True, slots=True)
class UnreadSources:
    """The sources that were not read completely.

    `types` are event types, `peers` the ids (lower case) of sessions whose people are not all
    known, `stays` those whose peer-stats are missing; `stats` says that all of them are.
    """

    types: frozenset[str] = frozenset()
    sessions: bool = False
    peers: frozenset[str] = frozenset()
    tracks: bool = False
    stats: bool = False
    stays: frozenset[StayKey] = field(default_factory=frozenset)
    around: bool = False

    @property
    def people(self) -> bool:
        """Whether people who were in the room may be missing from the sessions read."""
        return self.sessions or bool(self.peers)

    def words(self, *, proof: frozenset[str], around: bool) -> tuple[str, ...]:
        """Return nouns for the missing sources; `proof` are the sources that a story lacks."""
        return tuple(self._words(proof, around=around))

    def _words(self, proof: frozenset[str], *, around: bool) -> Iterator[str]:
        if self.types >= frozenset(ERROR_TYPES):
            yield "error events"
        else:
            yield from (TYPE_NOUNS.get(kind, kind) for kind in sorted(self.types))
        if self.people:
            yield SESSIONS
        yield from (source for source in (TRACKS, STATS) if source in proof)
        if self.around and around:
            yield OTHER_ERRORS


def join_words(words: tuple[str, ...]) -> str:
    """Return a list in words, such as `join errors, track events and who was in the room`."""
    if len(words) < 2:  # noqa: PLR2004
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
