"""R8: proof that a person got over a failure, and how it reads.

How a proof of recovery reads.

Which sources might show another end of a story, and could not be read.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.diagnosis.input import DiagnosisInput, sessions_of_room, tracks_of_room
from bot.domain.diagnosis.intervals import EARLIEST, IntervalIndex, shift, format_duration
from bot.domain.diagnosis.model import Person, Story
from bot.domain.diagnosis.people import PersonIndex, Span, Stay, stays_of
from bot.domain.diagnosis.sdk.media_paths import MediaPaths
from bot.domain.diagnosis.sdk.screen_shares import is_cancelled_share
from bot.domain.diagnosis.sdk.text import (
    ICE_CODES,
    MEDIA_TYPES,
    PUBLISH,
    FailureArea,
    media_of_story,
    area_of,
)
from bot.domain.diagnosis.thresholds import LISTED_BEYOND, SAME_CALL, STAYED_BEYOND
from bot.domain.diagnosis.unread_sources import KINDS, SESSIONS, STATS, TRACKS
from bot.domain.events import ErrorEvent
from bot.domain.rooms import PeerStats, Session, TrackEvent


def medium_of(track: TrackEvent) -> str | None:
    """What the track carries."""
    return "screen" if track.source == "screen" else track.media


def later(at: datetime, after: datetime) -> str:
    """How long after the failure it shows."""
    return f"{format_duration(at - after)} later"


def deed_of(track: TrackEvent) -> str:
    """What the person did."""
    medium = "the screen" if track.source == "screen" else track.media or "media"
    if track.deed == "add":
        return f"published {medium} again"
    if track.mute is None:
        return f"changed {medium}"
    return f"muted {medium}" if track.mute else f"unmuted {medium}"


_PROOF: dict[FailureArea, frozenset[str]] = {
    "device": frozenset({TRACKS}),
    "publish": frozenset({TRACKS, STATS, SESSIONS}),
    "subscribe": frozenset({STATS, SESSIONS}),
    "session": frozenset({SESSIONS, TRACKS}),
}
"""What can prove a recovery of each part (R8)."""
_ALL = frozenset({SESSIONS, TRACKS, STATS})


class MissingProof:
    """The sources missing, by story."""

    def __init__(self, case: DiagnosisInput, crowd: PersonIndex) -> None:
        self._unread = case.unread
        self._now = case.now
        people = (crowd.of_peer(peer_id) for peer_id, _ in case.unread.stays)
        self._unmeasured = {person.key for person in people if person}
        self._nameless = [one for one in sessions_of_room(case) if not one.peers_read]

    def of(self, story: Story) -> frozenset[str]:
        """Nouns for what is missing; empty if all was read that the story's end hangs on."""
        needed = _ALL if is_cancelled_share(story) else _PROOF[area_of(story)]
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
        return begins <= shift(story.last_at, SAME_CALL) and ends >= story.first_at


_TOGETHER = timedelta(microseconds=1)
"""What is stamped with a failure arrived with it; the SDK publishes only after a device failed."""
_MOMENTS = {"device": "sending", "publish": "sending", "subscribe": "receiving"}


@dataclass(frozen=True, slots=True)
class RecoveryProof:
    """When the recovery shows, and in words how."""

    at: datetime
    words: str


class ActivityIndex:
    """Signs of life by person, ready to be asked about any story."""

    def __init__(
        self, case: DiagnosisInput, crowd: PersonIndex, events: Iterable[ErrorEvent]
    ) -> None:
        self.now = case.now
        self.missing = MissingProof(case, crowd)
        self._types_unread = case.unread.types
        self._stays: defaultdict[str, list[Stay]] = defaultdict(list)
        for peer_id, stays in stays_of(sessions_of_room(case)).items():
            self._stays[_key(crowd.of_peer(peer_id))].extend(stays)
        self._joined = {
            key: sorted(stay.joined_at for stay in stays if stay.joined_at)
            for key, stays in self._stays.items()
        }
        self._long = {key: IntervalIndex(self._ending(stays)) for key, stays in self._stays.items()}
        self._tracks: defaultdict[str, list[TrackEvent]] = defaultdict(list)
        for track in tracks_of_room(case):
            if track.deed != "remove":
                self._tracks[crowd.of(track).key].append(track)
        self._stats: defaultdict[str, list[PeerStats]] = defaultdict(list)
        for stats in sorted(set(case.stats), key=repr):
            self._stats[_key(crowd.of_peer(stats.peer_id))].append(stats)
        events = tuple(events)
        self.paths = MediaPaths(crowd, events)
        self._terminal: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
        for event in events:
            if event.is_terminal:
                self._terminal[(crowd.of(event).key, event.type)].append(event.at)

    def stays(self, story: Story) -> list[Stay]:
        """Every stay of the story's person."""
        return self._stays[story.person.key]

    def own_stays(self, story: Story) -> list[Stay]:
        """The stays of the story's own peers; all of the person's if it names no peer."""
        mine = {peer.lower() for peer in story.peer_ids}
        return [one for one in self.stays(story) if not mine or one.peer_id in mine]

    def was_in(self, story: Story) -> bool:
        """True if a session lists the person while the story went on."""
        return any(
            (stay.joined_at is None or stay.joined_at <= story.last_at)
            and (stay.left_at is None or stay.left_at >= story.first_at)
            for stay in self.stays(story)
        )

    def was_measured_sending(self, story: Story) -> bool:
        """True if media of the story's person was measured at any time."""
        return any(stats.published for stats in self._stats[story.person.key])

    def sent_by(self, story: Story, moment: datetime) -> bool:
        """True if the story's person had published something by that moment."""
        return any(
            track.mute is False and track.at <= moment for track in self._tracks[story.person.key]
        )

    def proof_of_recovery(self, story: Story, end: Story) -> RecoveryProof | None:
        """The earliest proof after the last event of `end`, None if there is none.

        `end` is the story itself, or the one in which its run ended.
        """
        after = end.last_at
        if is_cancelled_share(story):  # proof that the person went on is enough
            found = [*self._sending(story, after), *self._moments(story, after)]
            found += [*self._joins(story, after), *self._lasting(story, after)]
        else:
            found = [*self._fitting(story, after), *self._stayed(story, end)]
        return min(found, key=lambda one: (one.at, one.words), default=None)

    def _fitting(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        part = area_of(story)
        if part == "device":
            yield from self._device(story, after)
        elif part == "session":
            yield from self._joins(story, after)
            yield from self._sending(story, after)
        else:
            yield from self._moments(story, after)
            if part == "publish":
                yield from self._negotiated(story, after)

    def _joins(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        joins = self._joined.get(story.person.key, [])
        first = bisect_right(joins, after)
        beyond = bisect_right(joins, shift(after, SAME_CALL))
        again = " again" if first else ""
        for joined in joins[first:beyond][:1]:
            yield RecoveryProof(joined, f"joined{again} {later(joined, after)}")

    def _sending(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        for track in self._tracks[story.person.key]:
            if track.at > after and self._same_call(story, track, after):
                yield RecoveryProof(track.at, f"{deed_of(track)} {later(track.at, after)}")

    def _unmuted(self, story: Story, after: datetime) -> Iterator[TrackEvent]:
        """Tracks that carry something: a muted one may be the SDK's blank stand-in.

        When a device fails, the web SDK at once publishes a blank track, sent as muted. A track
        that does not say whether it is muted shows nothing either.
        """
        for track in self._tracks[story.person.key]:
            if track.at > after and track.mute is False and self._same_call(story, track, after):
                yield track

    def _negotiated(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        """A new track after a failed media path; a change of one travels over signalling alone.

        Tracks are announced before media flows, so that the path must not fail again at once.
        """
        if PUBLISH in self._types_unread:  # whether it failed again is not known
            return
        for track in self._unmuted(story, after):
            if track.deed == "add" and not self.paths.fails_after(story.person.key, track.at):
                yield RecoveryProof(track.at, f"{deed_of(track)} {later(track.at, after)}")

    def _device(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        """Every medium that failed must have come back; the last one is the proof.

        Where the failure names none, any will do.
        """
        tracks = list(self._unmuted(story, shift(after, -_TOGETHER)))
        firsts = [
            next((track for track in tracks if medium_of(track) == medium), None)
            for medium in sorted(media_of_story(story))
        ] or tracks[:1]
        shown = [track for track in firsts if track]
        if shown and len(shown) == len(firsts):
            last = max(shown, key=lambda track: (track.at, track.id))
            yield RecoveryProof(last.at, f"{deed_of(last)} {later(last.at, after)}")

    def _moments(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        part = area_of(story)
        for stats in self._stats[story.person.key]:
            moments = stats.received if part == "subscribe" else stats.published
            for moment in sorted(moments):
                if moment > after and self._reachable(story, stats.peer_id, moment, after):
                    doing = _MOMENTS.get(part, "sending")
                    words = f"was measured {doing} media {later(moment, after)}"
                    yield RecoveryProof(moment, words)
                    break

    def _stayed(self, story: Story, end: Story) -> Iterator[RecoveryProof]:
        """In the session for longer than a failure of this part could last unreported.

        A terminal flag does not weigh against 100ms' own list of who was there: native SDKs set
        it by default. For media paths the list says nothing once one ended.
        """
        ended = story.terminal or end.terminal
        part = area_of(story)
        if part == "session" and ended:
            yield from self._lasting(story, end.last_at, LISTED_BEYOND)
            return
        ice = part in {"publish", "subscribe"} and story.code in ICE_CODES
        reports = MEDIA_TYPES if part == "publish" else {story.type}
        if ended or not (ice or part == "session") or reports & self._types_unread:
            return
        quiet = self.paths.quiet_since(story) if part == "publish" else end.last_at
        for proof in self._lasting(story, quiet) if quiet else ():
            if not self._gave_up(story, end.last_at, proof.at):
                yield RecoveryProof(proof.at, f"{proof.words} and no giving up was reported")

    def _lasting(
        self, story: Story, after: datetime, least: timedelta = STAYED_BEYOND
    ) -> Iterator[RecoveryProof]:
        """The person's stays that went on for more than `least` after that moment."""
        long = self._long.get(story.person.key)
        since, until = shift(after, least), shift(after, SAME_CALL)
        for joined, ends in long.between(since, until) if long else ():
            begins = max(joined, after)
            if ends - begins <= least:
                continue
            words = f"was in the session for {format_duration(ends - begins)} after it"
            yield RecoveryProof(begins + least, words)

    def _ending(self, stays: Iterable[Stay]) -> Iterator[tuple[datetime, datetime, Span]]:
        """The stays whose end is known, with their joining (or as early as can be) and end."""
        for stay in stays:
            ends = self._end(stay)
            if ends:
                begins = stay.joined_at or EARLIEST
                yield begins, ends, (begins, ends)

    def _end(self, stay: Stay) -> datetime | None:
        if stay.left_at:
            return stay.left_at
        return self.now if stay.running and stay.joined_at else None

    def _gave_up(self, story: Story, after: datetime, until: datetime) -> bool:
        ended = self._terminal.get((story.person.key, story.type), ())
        return any(after < at <= until for at in ended)

    def _same_call(self, story: Story, track: TrackEvent, after: datetime) -> bool:
        if track.joined_at and track.joined_at > after:
            return track.joined_at <= shift(after, SAME_CALL)
        return self._reachable(story, track.peer_id, track.at, after)

    def _reachable(self, story: Story, peer_id: str | None, at: datetime, after: datetime) -> bool:
        """True unless what shows at that moment is another call: joined more than 10 min later."""
        wanted = (peer_id or "").lower()
        joins = [
            one.joined_at
            for one in self.stays(story)
            if one.peer_id == wanted and one.joined_at and one.joined_at <= at
        ]
        if joins:
            return max(joins) <= shift(after, SAME_CALL)
        if wanted in {peer.lower() for peer in story.peer_ids}:
            return True
        return at <= shift(after, SAME_CALL)


def _key(person: Person | None) -> str:
    return person.key if person else ""
