"""R14: tells apart one person's line, a network that people share, and the service."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.diagnosis.input import DiagnosisInput
from bot.domain.diagnosis.intervals import EARLIEST, IntervalIndex, shift
from bot.domain.diagnosis.model import GRAVITY, Story, VerdictClass
from bot.domain.diagnosis.people import PersonIndex
from bot.domain.diagnosis.sdk.ice_path import path_of
from bot.domain.diagnosis.sdk.text import responder_of
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
    """Index of the people in each call, the times of joins, and the public addresses of people."""

    def __init__(
        self, case: DiagnosisInput, person_index: PersonIndex, events: tuple[ErrorEvent, ...]
    ) -> None:
        self._sessions = case.room_sessions
        self._person_index = person_index
        self._running = IntervalIndex(
            (session.created_at or EARLIEST, session.ended_at or case.now, session.id.lower())
            for session in case.room_sessions
        )
        self._people_by_session: defaultdict[str, set[str]] = defaultdict(set)
        self._joins: list[tuple[datetime, str]] = []
        self._sessionless: list[tuple[datetime, str]] = []
        self._read_sessions()
        self._tracks = sorted(
            (track.at, person_index.of(track).key)
            for track in case.room_tracks
            if track.change == "add"
        )
        self.networks: defaultdict[str, set[str]] = defaultdict(set)
        for event in events:
            self._read_event(event)
        self._joins.sort()
        self._sessionless.sort()

    def _read_sessions(self) -> None:
        for session in self._sessions:
            for key, peer in session.peers.items():
                person = self._person_index.of_peer(peer.id or key)
                if person and not person.bot:
                    self._people_by_session[session.id.lower()].add(person.key)
                    if peer.joined_at:
                        self._joins.append((peer.joined_at, person.key))

    def _read_event(self, event: ErrorEvent) -> None:
        person = self._person_index.of(event)
        if person.bot:
            return
        if event.session_id:
            self._people_by_session[event.session_id.lower()].add(person.key)
        elif event.timed:
            self._sessionless.append((event.at, person.key))
        if event.public_address:
            self.networks[person.key].add(event.public_address)

    def calls_at(self, begins: datetime, sessions: set[str]) -> set[str]:
        """Return the calls that ran in the minute after `begins`, and those of `sessions`."""
        return sessions.union(self._running.between(begins, shift(begins, BURST)))

    def size_of_largest(self, calls: set[str]) -> int:
        """Return the number of people of the largest call."""
        return max((len(self._people_by_session.get(call, ())) for call in calls), default=0)

    def people_in(self, calls: set[str], begins: datetime) -> set[str]:
        """Return everybody of the calls, and those near `begins` whose session is not known."""
        since, beyond = shift(begins, -SAME_CALL), shift(begins, SAME_CALL)
        people = {key for _, key in _slice_by_time(self._sessionless, since, beyond)}
        return people.union(*(self._people_by_session.get(call, set()) for call in calls))

    def joined_within(self, begins: datetime, *, media: bool) -> set[str]:
        """Return people who joined in the minute after `begins`.

        With `media`, people who began to publish in that minute count too.
        """
        until = shift(begins, BURST)
        people = {key for _, key in _slice_by_time(self._joins, begins, until)}
        if media:
            people |= {key for _, key in _slice_by_time(self._tracks, begins, until)}
        return people


def _slice_by_time(
    moments: list[tuple[datetime, str]], begins: datetime, ends: datetime
) -> list[tuple[datetime, str]]:
    return moments[bisect_left(moments, begins, key=_at) : bisect_right(moments, ends, key=_at)]


def _at(moment: tuple[datetime, str]) -> datetime:
    return moment[0]


def refine_network_classes(
    stories: Iterable[Story], classes: Mapping[str, VerdictClass], attendance: AttendanceIndex
) -> dict[str, VerdictClass]:
    """Return the classes, with network causes refined by the other people who have them."""
    network_stories = [
        story for story in stories if classes.get(story.id) in {"user_network", "service"}
    ]
    lines = [story for story in network_stories if classes[story.id] == "user_network"]
    shared = (
        _find_same_address(lines, attendance)
        | _find_same_pattern(lines)
        | _find_same_middlebox(lines)
    )
    refined = dict(classes) | dict.fromkeys(shared, _SHARED)
    service_ids = {
        story.id for story in _find_bursts(network_stories, attendance) if not is_intercepted(story)
    }
    return refined | dict.fromkeys(service_ids & {story.id for story in lines}, _SERVICE)


_SHARED: VerdictClass = "shared_network"
_SERVICE: VerdictClass = "service"


def _find_same_address(lines: list[Story], attendance: AttendanceIndex) -> set[str]:
    """Return ids of stories whose people share a public address with at least two others."""
    people: defaultdict[str, set[str]] = defaultdict(set)
    for story in lines:
        for network in attendance.networks.get(story.person.key, ()):
            people[network].add(story.person.key)
    groups = (keys for keys in people.values() if len(keys) >= SHARED_LEAST)
    sharing = set[str]().union(*groups)
    return {story.id for story in lines if story.person.key in sharing}


def _find_same_pattern(lines: list[Story]) -> set[str]:
    """Return ids of stories of at least three people who share a pattern for over a minute."""
    groups: defaultdict[str, list[Story]] = defaultdict(list)
    for story in lines:
        for pattern in patterns_of(story) if story.timed else ():
            groups[pattern].append(story)
    story_ids: set[str] = set()
    for group in groups.values():
        span = max(story.first_at for story in group) - min(story.first_at for story in group)
        if len({story.person.key for story in group}) >= SHARED_LEAST and span > PATTERN_SPAN:
            story_ids |= {story.id for story in group}
    return story_ids


def _find_same_middlebox(lines: list[Story]) -> set[str]:
    """Return ids of intercepted stories of at least three people, however close in time."""
    stopped = [story for story in lines if is_intercepted(story)]
    many = len({story.person.key for story in stopped}) >= SHARED_LEAST
    return {story.id for story in stopped} if many else set()


def is_intercepted(story: Story) -> bool:
    """Return whether a portal, proxy or filter answered in 100ms' place.

    The number of people affected does not change that.
    """
    return any(responder_of(facts, story.platform) == "middlebox" for facts in story.failures)


def patterns_of(story: Story) -> set[str]:
    """Return the patterns of a network failure that point to a filter rather than to chance."""
    paths = map(path_of, story.failures) if story.path else ()
    patterns: set[str] = {path.kind for path in paths if path and path.kind in _TELLING}
    if story.type == _CONNECT and story.error_code:
        patterns.add(f"connect {story.error_code}")
    return patterns


def _find_bursts(network_stories: list[Story], attendance: AttendanceIndex) -> list[Story]:
    """Return stories that began in a minute in which most people of the call failed."""
    network_stories = sorted(
        (story for story in network_stories if story.timed),
        key=lambda story: (story.first_at, story.id),
    )
    starts = [story.first_at for story in network_stories]
    burst_stories: list[Story] = []
    reached = 0
    for index, begins in enumerate(starts):
        beyond = bisect_right(starts, shift(begins, BURST))
        if beyond <= reached:  # the minute before holds all of this one
            continue
        reached = beyond
        group = network_stories[index:beyond]
        if _is_service(group, attendance):
            burst_stories.extend(group)
    return burst_stories


def _is_service(group: list[Story], attendance: AttendanceIndex) -> bool:
    failed = {story.person.key for story in group}
    if len(failed) < BURST_LEAST:
        return False
    begins = group[0].first_at
    senders = {row.sender for story in group for row in story.rows}
    sessions = {sender.session_id.lower() for sender in senders if sender.session_id}
    calls = attendance.calls_at(begins, sessions)
    if len(failed) <= attendance.size_of_largest(calls) * BURST_SHARE:
        return False  # most windows of a large room end here, before its people are put together
    everybody = attendance.people_in(calls, begins) | failed
    if len(failed) <= len(everybody) * BURST_SHARE:
        return False
    if set[str].intersection(*(attendance.networks.get(key, set()) for key in failed)):
        return False
    media = all(story.type in _MEDIA for story in group)
    return not attendance.joined_within(begins, media=media) - failed


def gravest(classes: Iterable[VerdictClass]) -> VerdictClass:
    """Return the gravest of one person's network classes."""
    return max(classes, key=lambda cls: (GRAVITY[cls], cls))
