"""R8: proof that a person got over a failure, and how it reads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.diagnosis.case import Case, own_sessions, own_tracks
from bot.domain.diagnosis.parts import (
    is_cancelled_share,
    is_retried,
    media_of_story,
    part_of,
)
from bot.domain.diagnosis.people import Crowd
from bot.domain.diagnosis.presence import Stay, stays_of
from bot.domain.diagnosis.spans import span_words
from bot.domain.diagnosis.story import Person, Story
from bot.domain.diagnosis.thresholds import SAME_CALL, STAYED_BEYOND
from bot.domain.events import ErrorEvent
from bot.domain.tracks import PeerStats, TrackEvent

_MOMENTS = {"device": "sending", "publish": "sending", "subscribe": "receiving"}


@dataclass(frozen=True, slots=True)
class Proof:
    """When the recovery shows, and in words how."""

    at: datetime
    words: str


class Signs:
    """Signs of life by person, ready to be asked about any story."""

    def __init__(self, case: Case, crowd: Crowd, events: Iterable[ErrorEvent]) -> None:
        self.now = case.now
        self._stays: defaultdict[str, list[Stay]] = defaultdict(list)
        for peer_id, stays in stays_of(own_sessions(case)).items():
            self._stays[_key(crowd.of_peer(peer_id))].extend(stays)
        self._tracks: defaultdict[str, list[TrackEvent]] = defaultdict(list)
        for track in own_tracks(case):
            if track.deed != "remove":
                self._tracks[crowd.of(track).key].append(track)
        self._stats: defaultdict[str, list[PeerStats]] = defaultdict(list)
        for stats in sorted(set(case.stats), key=repr):
            self._stats[_key(crowd.of_peer(stats.peer_id))].append(stats)
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

    def proof(self, story: Story, end: Story) -> Proof | None:
        """The earliest proof after the last event of `end`, None if there is none.

        `end` is the story itself, or the one in which its run ended.
        """
        after = end.last_at
        if is_cancelled_share(story):  # proof that the person went on is enough
            found = [*self._sending(story, after), *self._moments(story, after)]
            found += [*self._joins(story, after), *self._lasting(story, after)]
        else:
            found = list(self._fitting(story, after))
            if is_retried(story):
                found += self._retried(story, end)
        return min(found, key=lambda one: (one.at, one.words), default=None)

    def _fitting(self, story: Story, after: datetime) -> Iterator[Proof]:
        part = part_of(story)
        if part == "device":
            yield from self._device(story, after)
        elif part == "session":
            yield from self._joins(story, after)
            yield from self._sending(story, after)
        else:
            yield from self._moments(story, after)
            if part == "publish":
                yield from self._sending(story, after)

    def _joins(self, story: Story, after: datetime) -> Iterator[Proof]:
        before = any(one.joined_at and one.joined_at <= after for one in self.stays(story))
        for stay in self.stays(story):
            if stay.joined_at and after < stay.joined_at <= after + SAME_CALL:
                again = " again" if before else ""
                yield Proof(stay.joined_at, f"joined{again} {_later(stay.joined_at, after)}")

    def _sending(self, story: Story, after: datetime) -> Iterator[Proof]:
        for track in self._tracks[story.person.key]:
            if track.at > after and self._same_call(story, track, after):
                yield Proof(track.at, f"{_deed(track)} {_later(track.at, after)}")

    def _device(self, story: Story, after: datetime) -> Iterator[Proof]:
        """Every medium that failed must have come back; the last one is the proof."""
        firsts = []
        for medium in sorted(media_of_story(story)):
            tracks = (
                track
                for track in self._tracks[story.person.key]
                if track.at > after
                and _medium(track) == medium
                and (track.deed == "add" or track.mute is False)
                and self._same_call(story, track, after)
            )
            firsts.append(next(tracks, None))
        shown = [track for track in firsts if track]
        if shown and len(shown) == len(firsts):
            last = max(shown, key=lambda track: (track.at, track.id))
            yield Proof(last.at, f"{_deed(last)} {_later(last.at, after)}")

    def _moments(self, story: Story, after: datetime) -> Iterator[Proof]:
        part = part_of(story)
        for stats in self._stats[story.person.key]:
            moments = stats.received if part == "subscribe" else stats.published
            for moment in sorted(moments):
                if moment > after and self._reachable(story, stats.peer_id, moment, after):
                    doing = _MOMENTS.get(part, "sending")
                    words = f"was measured {doing} media {_later(moment, after)}"
                    yield Proof(moment, words)
                    break

    def _retried(self, story: Story, end: Story) -> Iterator[Proof]:
        """In the session for longer than the SDK goes on trying, and no giving up reported."""
        after = end.last_at
        for proof in self._lasting(story, after, ended=end.ends_terminal):
            if not self._gave_up(story, after, proof.at):
                yield Proof(proof.at, f"{proof.words} and no giving up was reported")

    def _lasting(self, story: Story, after: datetime, *, ended: bool = False) -> Iterator[Proof]:
        """The person's stays that went on long after; only those begun later if one `ended`."""
        for stay in self.stays(story):
            begins = max(stay.joined_at or after, after)
            if begins == after and ended:
                continue
            ends = self._end(stay)
            if begins > after + SAME_CALL or ends is None or ends - begins <= STAYED_BEYOND:
                continue
            words = f"was in the session for {span_words(ends - begins)} after it"
            yield Proof(begins + STAYED_BEYOND, words)

    def _end(self, stay: Stay) -> datetime | None:
        if stay.left_at:
            return stay.left_at
        return self.now if stay.running and stay.joined_at else None

    def _gave_up(self, story: Story, after: datetime, until: datetime) -> bool:
        ended = self._terminal.get((story.person.key, story.type), ())
        return any(after < at <= until for at in ended)

    def _same_call(self, story: Story, track: TrackEvent, after: datetime) -> bool:
        if track.joined_at and track.joined_at > after:
            return track.joined_at <= after + SAME_CALL
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
            return max(joins) <= after + SAME_CALL
        if wanted in {peer.lower() for peer in story.peer_ids}:
            return True
        return at <= after + SAME_CALL


def _key(person: Person | None) -> str:
    return person.key if person else ""


def _medium(track: TrackEvent) -> str | None:
    return "screen" if track.source == "screen" else track.media


def _later(at: datetime, after: datetime) -> str:
    return f"{span_words(at - after)} later"


def _deed(track: TrackEvent) -> str:
    medium = "the screen" if track.source == "screen" else track.media or "media"
    if track.deed == "add":
        return f"published {medium} again"
    if track.mute is None:
        return f"changed {medium}"
    return f"muted {medium}" if track.mute else f"unmuted {medium}"
