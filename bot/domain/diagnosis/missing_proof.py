"""Which sources might show another end of a story, and could not be read."""

from bot.domain.diagnosis.case import Case, own_sessions
from bot.domain.diagnosis.parts import Part, part_of
from bot.domain.diagnosis.people import Crowd
from bot.domain.diagnosis.shares import is_cancelled_share
from bot.domain.diagnosis.spans import shifted
from bot.domain.diagnosis.story import Story
from bot.domain.diagnosis.thresholds import SAME_CALL
from bot.domain.diagnosis.unread import KINDS, SESSIONS, STATS, TRACKS
from bot.domain.places import Session

_PROOF: dict[Part, frozenset[str]] = {
    "device": frozenset({TRACKS}),
    "publish": frozenset({TRACKS, STATS, SESSIONS}),
    "subscribe": frozenset({STATS, SESSIONS}),
    "session": frozenset({SESSIONS, TRACKS}),
}
"""What can prove a recovery of each part (R8)."""
_ALL = frozenset({SESSIONS, TRACKS, STATS})


class MissingProof:
    """The sources missing, by story."""

    def __init__(self, case: Case, crowd: Crowd) -> None:
        self._unread = case.unread
        self._now = case.now
        people = (crowd.of_peer(peer_id) for peer_id, _ in case.unread.stays)
        self._unmeasured = {person.key for person in people if person}
        self._nameless = [one for one in own_sessions(case) if not one.peers_read]

    def of(self, story: Story) -> frozenset[str]:
        """Nouns for what is missing; empty if all was read that the story's end hangs on."""
        needed = _ALL if is_cancelled_share(story) else _PROOF[part_of(story)]
        missing = {one for one in needed if self._misses(one, story)}
        if story.type in self._unread.types:
            missing.add(KINDS.get(story.type, story.type))
        return frozenset(missing)

    def _misses(self, source: str, story: Story) -> bool:
        if source == TRACKS:
            return self._unread.tracks
        if source == STATS:
            return self._unread.stats or story.person.key in self._unmeasured
        return self._unread.sessions or any(self._bears_on(one, story) for one in self._nameless)

    def _bears_on(self, session: Session, story: Story) -> bool:
        """True if the story's person may have been in that session, then or soon after."""
        if any((row.session_id or "").lower() == session.id.lower() for row in story.rows):
            return True
        begins, ends = session.created_at or story.last_at, session.ended_at or self._now
        return begins <= shifted(story.last_at, SAME_CALL) and ends >= story.first_at
