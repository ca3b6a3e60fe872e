"""R14: one person's line, a network that people share, or the service."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.diagnosis.input import DiagnosisInput, sessions_of_room, tracks_of_room
from bot.domain.diagnosis.intervals import shift
from bot.domain.diagnosis.model import GRAVITY, Story, VerdictClass
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.sdk.ice_path import path_of
from bot.domain.diagnosis.sdk.intercepted_responses import answer_of
from bot.domain.diagnosis.thresholds import (
    BURST,
    BURST_LEAST,
    BURST_SHARE,
    PATTERN_SPAN,
    SAME_CALL,
    SHARED_LEAST,
)
from bot.domain.events import ErrorEvent

_MEDIA = frozenset({"client.publish.failed", "client.subscribe.failed"})
_TELLING = frozenset({"no_candidates", "relay_tcp"})
_CONNECT = "client.connect.failed"


class AttendanceIndex:
    """Who was in which call, who got in when, and which public address people showed."""

    def __init__(
        self, case: DiagnosisInput, crowd: PersonIndex, events: tuple[ErrorEvent, ...]
    ) -> None:
        self._sessions = sessions_of_room(case)
        self._crowd = crowd
        self._now = case.now
        self._of_session: defaultdict[str, set[str]] = defaultdict(set)
        self._joins: list[tuple[datetime, str]] = []
        self._loose: list[tuple[datetime, str]] = []
        self._read_sessions()
        self._tracks = sorted(
            (track.at, crowd.of(track).key) for track in tracks_of_room(case) if track.deed == "add"
        )
        self.marks: defaultdict[str, set[str]] = defaultdict(set)
        for event in events:
            self._read_event(event)
        self._joins.sort()
        self._loose.sort()

    def _read_sessions(self) -> None:
        for session in self._sessions:
            for key, peer in session.peers.items():
                person = self._crowd.of_peer(peer.id or key)
                if person and not person.bot:
                    self._of_session[session.id.lower()].add(person.key)
                    if peer.joined_at:
                        self._joins.append((peer.joined_at, person.key))

    def _read_event(self, event: ErrorEvent) -> None:
        person = self._crowd.of(event)
        if person.bot:
            return
        if event.session_id:
            self._of_session[event.session_id.lower()].add(person.key)
        elif event.timed:
            self._loose.append((event.at, person.key))
        if event.public_address:
            self.marks[person.key].add(event.public_address)

    def people_in_calls_at(self, begins: datetime, sessions: set[str]) -> set[str]:
        """Everybody of the calls that ran in the minute from then, or named by `sessions`."""
        since, beyond = shift(begins, -SAME_CALL), shift(begins, SAME_CALL)
        found = {key for _, key in _within(self._loose, since, beyond)}
        until = shift(begins, BURST)
        for session in self._sessions:
            starts = session.created_at or begins
            ends = session.ended_at or self._now
            if starts <= until and ends >= begins:
                sessions = sessions | {session.id.lower()}
        return found.union(*(self._of_session.get(one, set()) for one in sessions))

    def joined_within(self, begins: datetime, *, media: bool) -> set[str]:
        """Who joined (or, for media failures, began to publish) in the minute from then."""
        until = shift(begins, BURST)
        found = {key for _, key in _within(self._joins, begins, until)}
        if media:
            found |= {key for _, key in _within(self._tracks, begins, until)}
        return found


def _within(
    signs: list[tuple[datetime, str]], begins: datetime, ends: datetime
) -> list[tuple[datetime, str]]:
    return signs[bisect_left(signs, begins, key=_at) : bisect_right(signs, ends, key=_at)]


def _at(sign: tuple[datetime, str]) -> datetime:
    return sign[0]


def refine_network_classes(
    stories: Iterable[Story], classes: Mapping[str, VerdictClass], calls: AttendanceIndex
) -> dict[str, VerdictClass]:
    """The classes again, network causes told apart by who else has them."""
    outer = [one for one in stories if classes.get(one.id) in {"user_network", "service"}]
    lines = [one for one in outer if classes[one.id] == "user_network"]
    shared = _same_address(lines, calls) | _same_pattern(lines) | _same_middlebox(lines)
    found = dict(classes) | dict.fromkeys(shared, _SHARED)
    served = {one.id for one in _bursts(outer, calls) if not is_stopped_on_the_way(one)}
    return found | dict.fromkeys(served & {one.id for one in lines}, _SERVICE)


_SHARED: VerdictClass = "shared_network"
_SERVICE: VerdictClass = "service"


def _same_address(lines: list[Story], calls: AttendanceIndex) -> set[str]:
    """Stories of people of whom at least three show one public address."""
    people: defaultdict[str, set[str]] = defaultdict(set)
    for story in lines:
        for mark in calls.marks.get(story.person.key, ()):
            people[mark].add(story.person.key)
    groups = (keys for keys in people.values() if len(keys) >= SHARED_LEAST)
    sharing = set[str]().union(*groups)
    return {story.id for story in lines if story.person.key in sharing}


def _same_pattern(lines: list[Story]) -> set[str]:
    """Stories of at least three people with one telling pattern, over more than a minute."""
    groups: defaultdict[str, list[Story]] = defaultdict(list)
    for story in lines:
        for pattern in patterns_of(story) if story.timed else ():
            groups[pattern].append(story)
    found: set[str] = set()
    for group in groups.values():
        span = max(one.first_at for one in group) - min(one.first_at for one in group)
        if len({one.person.key for one in group}) >= SHARED_LEAST and span > PATTERN_SPAN:
            found |= {one.id for one in group}
    return found


def _same_middlebox(lines: list[Story]) -> set[str]:
    """Stories of at least three people whom something on the way answered, however fast."""
    stopped = [one for one in lines if is_stopped_on_the_way(one)]
    many = len({one.person.key for one in stopped}) >= SHARED_LEAST
    return {one.id for one in stopped} if many else set()


def is_stopped_on_the_way(story: Story) -> bool:
    """True if a portal, proxy or filter answered in 100ms' place: numbers cannot change that."""
    return any(answer_of(one, story.platform) == "middlebox" for one in story.failures)


def patterns_of(story: Story) -> set[str]:
    """What about a network failure tells of a filter rather than of chance."""
    paths = map(path_of, story.failures) if story.path else ()
    found: set[str] = {path.kind for path in paths if path and path.kind in _TELLING}
    if story.type == _CONNECT and story.error_code:
        found.add(f"connect {story.error_code}")
    return found


def _bursts(outer: list[Story], calls: AttendanceIndex) -> list[Story]:
    """Stories that began in a minute in which most people of the call failed."""
    outer = sorted((one for one in outer if one.timed), key=lambda one: (one.first_at, one.id))
    starts = [one.first_at for one in outer]
    found: list[Story] = []
    reached = 0
    for index, begins in enumerate(starts):
        beyond = bisect_right(starts, shift(begins, BURST))
        if beyond <= reached:  # the minute before holds all of this one
            continue
        reached = beyond
        group = outer[index:beyond]
        if _is_service(group, calls):
            found.extend(group)
    return found


def _is_service(group: list[Story], calls: AttendanceIndex) -> bool:
    failed = {one.person.key for one in group}
    if len(failed) < BURST_LEAST:
        return False
    begins = group[0].first_at
    senders = {row.sender for one in group for row in one.rows}
    sessions = {one.session_id.lower() for one in senders if one.session_id}
    everybody = calls.people_in_calls_at(begins, sessions) | failed
    if len(failed) <= len(everybody) * BURST_SHARE:
        return False
    if set[str].intersection(*(calls.marks.get(key, set()) for key in failed)):
        return False
    media = all(one.type in _MEDIA for one in group)
    return not calls.joined_within(begins, media=media) - failed


def gravest(classes: Iterable[VerdictClass]) -> VerdictClass:
    """The gravest of one person's network classes."""
    return max(classes, key=lambda one: (GRAVITY[one], one))
