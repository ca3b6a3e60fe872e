"""R8: proof that a person recovered from a failure, in words, and missing sources of proof.

Sources that could not be read might show another outcome of a story.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from bot.domain.diagnosis.input import (
    SESSIONS,
    STATS,
    TRACKS,
    TYPE_NOUNS,
    DiagnosisInput,
    UnreadSources,
)
from bot.domain.diagnosis.intervals import EARLIEST, IntervalIndex, format_duration, shift
from bot.domain.diagnosis.model import Person, Story
from bot.domain.diagnosis.people import PersonIndex, Span, Stay, stays_of
from bot.domain.diagnosis.sdk.media import MediaPaths, is_cancelled_share
from bot.domain.diagnosis.sdk.text import (
    ICE_CODES,
    MEDIA_TYPES,
    PUBLISH,
    FailureArea,
    area_of,
    media_of_story,
)
from bot.domain.diagnosis.thresholds import LISTED_BEYOND, SAME_CALL, STAYED_BEYOND
from bot.domain.diagnosis.webhook_facts import RemovalIndex
from bot.domain.events import ErrorEvent
from bot.domain.rooms import PeerStats, Session, TrackEvent


def medium_of(track: TrackEvent) -> str | None:
    """Return the medium that the track carries."""
    return "screen" if track.source == "screen" else track.media


def later_words(at: datetime, after: datetime) -> str:
    """Return the time from the failure to `at`, in words."""
    return f"{format_duration(at - after)} later"


def describe_track(track: TrackEvent) -> str:
    """Return the person's action in words."""
    medium = "the screen" if track.source == "screen" else track.media or "media"
    if track.change == "add":
        return f"{'shared' if track.source == 'screen' else 'sent'} {medium} again"
    if track.mute is None:
        return f"changed {medium}"
    return f"muted {medium}" if track.mute else f"unmuted {medium}"


_PROOF_SOURCES: dict[FailureArea, frozenset[str]] = {
    "device": frozenset({TRACKS}),
    "publish": frozenset({TRACKS, STATS, SESSIONS}),
    "subscribe": frozenset({STATS, SESSIONS}),
    "session": frozenset({SESSIONS, TRACKS}),
}
"""The sources that can prove a recovery, by the part of the call that failed (R8)."""
_ALL_SOURCES = frozenset({SESSIONS, TRACKS, STATS})


class MissingProof:
    """The missing sources of proof of each story."""

    def __init__(self, case: DiagnosisInput, person_index: PersonIndex) -> None:
        self._unread = case.unread
        self._now = case.now
        people = (person_index.of_peer(peer_id) for peer_id, _ in case.unread.stays)
        self._unmeasured = {person.key for person in people if person}
        self._unnamed_sessions = [
            session for session in case.room_sessions if not session.peers_read
        ]
        only_stats = UnreadSources(stays=case.unread.stays)
        self._all_else_read = case.unread == only_stats and not self._unnamed_sessions

    def of(self, story: Story) -> frozenset[str]:
        """Return nouns for the missing sources; empty if every relevant source was read."""
        if self._all_else_read and story.person.key not in self._unmeasured:
            return frozenset()
        needed = _ALL_SOURCES if is_cancelled_share(story) else _PROOF_SOURCES[area_of(story)]
        missing = {source for source in needed if self._is_missing(source, story)}
        if story.type in self._unread.types:
            missing.add(TYPE_NOUNS.get(story.type, story.type))
        return frozenset(missing)

    def _is_missing(self, source: str, story: Story) -> bool:
        if source == TRACKS:
            return self._unread.tracks
        if source == STATS:
            return self._unread.stats or story.person.key in self._unmeasured
        return self._unread.sessions or any(
            self._may_concern(session, story) for session in self._unnamed_sessions
        )

    def _may_concern(self, session: Session, story: Story) -> bool:
        """Return whether the story's person may have been in that session, then or soon after."""
        if any((row.session_id or "").lower() == session.id.lower() for row in story.rows):
            return True
        begins, ends = session.created_at or story.last_at, session.ended_at or self._now
        return begins <= shift(story.last_at, SAME_CALL) and ends >= story.first_at


_AT = attrgetter("at")
_TOGETHER = timedelta(microseconds=1)
"""A track stamped within this time of a failure arrived with it.

The SDK publishes only after a device failed.
"""
_MEDIA_VERBS = {"device": "sending", "publish": "sending", "subscribe": "receiving"}


@dataclass(frozen=True, slots=True)
class RecoveryProof:
    """The time of a proof of recovery, and the proof in words.

    `exact` is False if the person had recovered at some time before.
    """

    at: datetime
    words: str
    exact: bool = True


def _earliest_proofs(tracks: Iterable[TrackEvent], after: datetime) -> Iterator[RecoveryProof]:
    """Yield the proof by the first of the tracks, which are in order; several of one moment."""
    first: datetime | None = None
    for track in tracks:
        if first is not None and track.at > first:
            return
        first = track.at
        yield RecoveryProof(track.at, f"{describe_track(track)} {later_words(track.at, after)}")


class ActivityIndex:
    """Sessions, tracks and stats by person, to prove recoveries of their stories."""

    def __init__(
        self, case: DiagnosisInput, person_index: PersonIndex, events: Iterable[ErrorEvent]
    ) -> None:
        self.now = case.now
        self.missing = MissingProof(case, person_index)
        self.removals = RemovalIndex(case)
        self._types_unread = case.unread.types
        self._sessions = case.room_sessions
        self._stays: defaultdict[str, list[Stay]] = defaultdict(list)
        self._joins_of_peer: dict[str, list[datetime]] = {}
        for peer_id, stays in stays_of(case.room_sessions).items():
            self._stays[_key(person_index.of_peer(peer_id))].extend(stays)
            self._joins_of_peer[peer_id] = _joins(stays)
        self._joined = {key: _joins(stays) for key, stays in self._stays.items()}
        self._intervals = {
            key: IntervalIndex(self._ended_stays(stays)) for key, stays in self._stays.items()
        }
        self._tracks: defaultdict[str, list[TrackEvent]] = defaultdict(list)
        for track in case.room_tracks:
            if track.change != "remove":
                self._tracks[person_index.of(track).key].append(track)
        self._stats: defaultdict[str, list[PeerStats]] = defaultdict(list)
        for stats in sorted(set(case.stats), key=repr):
            self._stats[_key(person_index.of_peer(stats.peer_id))].append(stats)
        events = tuple(events)
        self.paths = MediaPaths(person_index, events)
        self._terminal: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
        for event in events:
            if event.is_terminal:
                self._terminal[(person_index.of(event).key, event.type)].append(event.at)

    def stays(self, story: Story) -> list[Stay]:
        """Return every stay of the story's person."""
        return self._stays[story.person.key]

    def own_stays(self, story: Story) -> list[Stay]:
        """Return the stays of the story's own peers.

        If the story names no peer, these are all stays of the person.
        """
        peer_ids = {peer.lower() for peer in story.peer_ids}
        return [stay for stay in self.stays(story) if not peer_ids or stay.peer_id in peer_ids]

    def sessions_of(self, story: Story) -> frozenset[str]:
        """Return the ids of the story's sessions; if none is known, of those that ran meanwhile."""
        ids = {stay.session_id for stay in self.own_stays(story)}
        ids |= {row.session_id for row in story.rows if row.session_id}
        at = story.last_at
        running = (
            session.id
            for session in self._sessions
            if session.created_at and session.created_at <= at <= (session.ended_at or at)
        )
        return frozenset(ids or running)

    def was_in_session(self, story: Story) -> bool:
        """Return whether a session lists the person during the story."""
        return any(
            (stay.joined_at is None or stay.joined_at <= story.last_at)
            and (stay.left_at is None or stay.left_at >= story.first_at)
            for stay in self.stays(story)
        )

    def has_measured_sending(self, story: Story) -> bool:
        """Return whether media sent by the story's person was measured at any time."""
        return any(stats.published for stats in self._stats[story.person.key])

    def has_sent_by(self, story: Story, moment: datetime) -> bool:
        """Return whether the story's person had published something by that moment."""
        return any(
            track.mute is False and track.at <= moment for track in self._tracks[story.person.key]
        )

    def proof_of_recovery(self, story: Story, end: Story) -> RecoveryProof | None:
        """Return the earliest proof after the last event of `end`; None if there is none.

        `end` is the story itself, or the story in which its run ended.
        """
        after = end.last_at
        if is_cancelled_share(story):  # proof that the person stayed in the call is enough
            proofs = [*self._track_proofs(story, after), *self._measurement_proofs(story, after)]
            proofs += [*self._join_proofs(story, after), *self._long_stay_proofs(story, after)]
        else:
            proofs = [*self._fitting_proofs(story, after), *self._stay_proofs(story, end)]
        return min(proofs, key=lambda proof: (proof.at, proof.words), default=None)

    def _fitting_proofs(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        area = area_of(story)
        if area == "device":
            yield from self._device_proofs(story, after)
        elif area == "session":
            yield from self._join_proofs(story, after)
            yield from self._track_proofs(story, after)
        else:
            yield from self._measurement_proofs(story, after)
            if area == "publish":
                yield from self._new_track_proofs(story, after)

    def _join_proofs(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        joins = self._joined.get(story.person.key, [])
        first = bisect_right(joins, after)
        beyond = bisect_right(joins, shift(after, SAME_CALL))
        again = " again" if first else ""
        for joined in joins[first:beyond][:1]:
            yield RecoveryProof(joined, f"joined{again} {later_words(joined, after)}")

    def _track_proofs(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        tracks = self._tracks_after(story, after)
        return _earliest_proofs(
            (track for track in tracks if self._is_same_call(story, track, after)), after
        )

    def _tracks_after(self, story: Story, after: datetime) -> list[TrackEvent]:
        """Return the person's tracks after that moment."""
        tracks = self._tracks.get(story.person.key, [])
        return tracks[bisect_right(tracks, after, key=_AT) :]

    def _unmuted_tracks(self, story: Story, after: datetime) -> Iterator[TrackEvent]:
        """Yield tracks that carry media; a muted track may be the SDK's blank replacement.

        When a device fails, the web SDK immediately publishes a blank track, sent as muted. A track
        that does not report whether it is muted proves nothing either.
        """
        for track in self._tracks_after(story, after):
            if track.mute is False and self._is_same_call(story, track, after):
                yield track

    def _new_track_proofs(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        """Yield proof by a new track after a failed media path.

        A change of a track does not count, as it uses signalling alone. Tracks are announced before
        media flows, so the path must not fail again soon after.
        """
        if PUBLISH in self._types_unread:  # a further failure may be among the events not read
            return iter(())
        person = story.person.key
        new_tracks = (
            track
            for track in self._unmuted_tracks(story, after)
            if track.change == "add" and not self.paths.has_failure_after(person, track.at)
        )
        return _earliest_proofs(new_tracks, after)

    def _device_proofs(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        """Yield the last returned medium as proof, once every medium that failed has returned.

        If the failure names no medium, any medium counts.
        """
        tracks = list(self._unmuted_tracks(story, shift(after, -_TOGETHER)))
        firsts = [
            next((track for track in tracks if medium_of(track) == medium), None)
            for medium in sorted(media_of_story(story))
        ] or tracks[:1]
        returned = [track for track in firsts if track]
        if returned and len(returned) == len(firsts):
            last = max(returned, key=lambda track: (track.at, track.id))
            yield RecoveryProof(last.at, f"{describe_track(last)} {later_words(last.at, after)}")

    def _measurement_proofs(self, story: Story, after: datetime) -> Iterator[RecoveryProof]:
        area = area_of(story)
        for stats in self._stats[story.person.key]:
            moments = stats.received if area == "subscribe" else stats.published
            for moment in sorted(moments):
                if moment > after and self._is_reachable(story, stats.peer_id, moment, after):
                    doing = _MEDIA_VERBS.get(area, "sending")
                    words = f"was {doing} media again {later_words(moment, after)}"
                    yield RecoveryProof(moment, words)
                    break

    def _stay_proofs(self, story: Story, end: Story) -> Iterator[RecoveryProof]:
        """Yield proof by stays longer than a failure of this part could last unreported.

        For session failures, 100ms' own list of people outweighs a terminal flag, because native
        SDKs set that flag by default. For media paths the list proves nothing once a story has
        ended terminal.
        """
        ended = story.terminal or end.terminal
        area = area_of(story)
        if area == "session" and ended:
            yield from self._long_stay_proofs(story, end.last_at, LISTED_BEYOND)
            return
        ice = area in {"publish", "subscribe"} and story.code in ICE_CODES
        reports = MEDIA_TYPES if area == "publish" else {story.type}
        if ended or not (ice or area == "session") or reports & self._types_unread:
            return
        quiet = self.paths.quiet_since(story) if area == "publish" else end.last_at
        for proof in self._long_stay_proofs(story, quiet) if quiet else ():
            if not self._has_given_up(story, end.last_at, proof.at):
                yield proof

    def _long_stay_proofs(
        self, story: Story, after: datetime, least: timedelta = STAYED_BEYOND
    ) -> Iterator[RecoveryProof]:
        """Yield proof by stays of the person that lasted more than `least` after that moment."""
        long = self._intervals.get(story.person.key)
        since, until = shift(after, least), shift(after, SAME_CALL)
        for joined, ends in long.between(since, until) if long else ():
            begins = max(joined, after)
            if ends - begins <= least:
                continue
            words = f"stayed in the call for {format_duration(ends - begins)} more"
            yield RecoveryProof(begins + least, words, exact=False)

    def _ended_stays(self, stays: Iterable[Stay]) -> Iterator[tuple[datetime, datetime, Span]]:
        """Yield stays with a known end, each with its start and end.

        A stay with an unknown start gets the earliest possible one.
        """
        for stay in stays:
            ends = self.end_of(stay)
            if ends:
                begins = stay.joined_at or EARLIEST
                yield begins, ends, (begins, ends)

    def end_of(self, stay: Stay) -> datetime | None:
        """Return the end of a stay, which is now if it goes on; None if it is not known."""
        if stay.left_at:
            return stay.left_at
        return self.now if stay.running and stay.joined_at else None

    def _has_given_up(self, story: Story, after: datetime, until: datetime) -> bool:
        ended = self._terminal.get((story.person.key, story.type), ())
        return any(after < at <= until for at in ended)

    def _is_same_call(self, story: Story, track: TrackEvent, after: datetime) -> bool:
        if track.joined_at and track.joined_at > after:
            return track.joined_at <= shift(after, SAME_CALL)
        return self._is_reachable(story, track.peer_id, track.at, after)

    def _is_reachable(
        self, story: Story, peer_id: str | None, at: datetime, after: datetime
    ) -> bool:
        """Return False if the event at that moment is of another call.

        That is the case if the peer joined more than 10 minutes after the failure.
        """
        lower_id = (peer_id or "").lower()
        joins = self._joins_of_peer.get(lower_id, [])
        before = bisect_right(joins, at)
        if before:
            return joins[before - 1] <= shift(after, SAME_CALL)
        if lower_id in {peer.lower() for peer in story.peer_ids}:
            return True
        return at <= shift(after, SAME_CALL)


def _key(person: Person | None) -> str:
    return person.key if person else ""


def _joins(stays: Iterable[Stay]) -> list[datetime]:
    return sorted(stay.joined_at for stay in stays if stay.joined_at)
