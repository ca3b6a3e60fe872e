"""R8: proof that a person got over a failure, and how it reads."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.diagnosis.case import Case, own_sessions, own_tracks
from bot.domain.diagnosis.lasting import Lasting
from bot.domain.diagnosis.parts import (
    is_cancelled_share,
    is_retried,
    media_of_story,
    part_of,
)
from bot.domain.diagnosis.people import Crowd
from bot.domain.diagnosis.presence import Span, Stay, stays_of
from bot.domain.diagnosis.proof_words import deed_of, later, medium_of
from bot.domain.diagnosis.spans import EARLIEST, shifted, span_words
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
        self._joined = {
            key: sorted(stay.joined_at for stay in stays if stay.joined_at)
            for key, stays in self._stays.items()
        }
        self._long = {key: Lasting(self._ending(stays)) for key, stays in self._stays.items()}
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
        joins = self._joined.get(story.person.key, [])
        first = bisect_right(joins, after)
        beyond = bisect_right(joins, shifted(after, SAME_CALL))
        again = " again" if first else ""
        for joined in joins[first:beyond][:1]:
            yield Proof(joined, f"joined{again} {later(joined, after)}")

    def _sending(self, story: Story, after: datetime) -> Iterator[Proof]:
        for track in self._tracks[story.person.key]:
            if track.at > after and self._same_call(story, track, after):
                yield Proof(track.at, f"{deed_of(track)} {later(track.at, after)}")

    def _device(self, story: Story, after: datetime) -> Iterator[Proof]:
        """Every medium that failed must have come back; the last one is the proof."""
        firsts = []
        for medium in sorted(media_of_story(story)):
            tracks = (
                track
                for track in self._tracks[story.person.key]
                if track.at > after
                and medium_of(track) == medium
                and (track.deed == "add" or track.mute is False)
                and self._same_call(story, track, after)
            )
            firsts.append(next(tracks, None))
        shown = [track for track in firsts if track]
        if shown and len(shown) == len(firsts):
            last = max(shown, key=lambda track: (track.at, track.id))
            yield Proof(last.at, f"{deed_of(last)} {later(last.at, after)}")

    def _moments(self, story: Story, after: datetime) -> Iterator[Proof]:
        part = part_of(story)
        for stats in self._stats[story.person.key]:
            moments = stats.received if part == "subscribe" else stats.published
            for moment in sorted(moments):
                if moment > after and self._reachable(story, stats.peer_id, moment, after):
                    doing = _MOMENTS.get(part, "sending")
                    words = f"was measured {doing} media {later(moment, after)}"
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
        long = self._long.get(story.person.key)
        since, until = shifted(after, STAYED_BEYOND), shifted(after, SAME_CALL)
        for joined, ends in long.between(since, until) if long else ():
            begins = max(joined, after)
            if (begins == after and ended) or ends - begins <= STAYED_BEYOND:
                continue
            words = f"was in the session for {span_words(ends - begins)} after it"
            yield Proof(begins + STAYED_BEYOND, words)

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
            return track.joined_at <= shifted(after, SAME_CALL)
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
            return max(joins) <= shifted(after, SAME_CALL)
        if wanted in {peer.lower() for peer in story.peer_ids}:
            return True
        return at <= shifted(after, SAME_CALL)


def _key(person: Person | None) -> str:
    return person.key if person else ""
