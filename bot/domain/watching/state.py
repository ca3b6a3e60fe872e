"""The state of a watched call: its look, the line that is due, and the end of the watch.

`view_of` reads a diagnosed report. A line for the thread is the difference between what the thread
says and what the look shows, so that everything between two lines is folded into the next.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2s

from bot.domain.diagnosis import Diagnosis, Person, Story, VerdictClass
from bot.domain.diagnosis.sdk.text import area_of
from bot.domain.diagnosis.thresholds import SAME_CALL
from bot.domain.report import Report
from bot.domain.rooms import Peer, Session
from bot.domain.target import Target
from bot.domain.watching.watch import Watch

LINE_EVERY = timedelta(minutes=1)
"""At most one line for the thread in this time; changes in between are folded into the next."""
EDIT_EVERY = timedelta(minutes=1)
"""The time of the last look alone is refreshed so often."""
EMPTY_EVERY = timedelta(minutes=1)
"""An empty room is looked at so often."""
EARLY_AFTER = timedelta(seconds=5)
"""A webhook wakes a watch no sooner after its last look, however many come."""
LATE_AFTER = timedelta(seconds=100)
"""A look that ends so long after its time is late, and the message says so: a change is promised to
be told within that time."""


@dataclass(frozen=True, slots=True)
class PersonInTrouble:
    """A person who is in trouble now.

    `marks` are digests of their ids, and `failed` says that they did not recover for good.
    """

    person: Person
    marks: frozenset[str]
    since: datetime
    failed: bool
    peer_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallView:
    """The result of one look.

    `recovered` are the marks of people whose failures are all over; `back` are those of them whom
    the diagnosis counts as failed, since they joined again as late as in another call. `present` is
    the number of watched people in the call, None if that could not be read; `fine` are those of
    them not in trouble. `verdict` is that of the latest call. `complete` says that all errors were
    read.
    """

    as_of: datetime
    trouble: tuple[PersonInTrouble, ...] = ()
    recovered: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    people: tuple[tuple[Person, frozenset[str]], ...] = ()
    """Each person with a failure, with their marks."""
    present: int | None = 0
    fine: int = 0
    verdict: VerdictClass = "none"
    session_id: str = ""
    running: bool = False
    complete: bool = True

    @property
    def failed(self) -> tuple[PersonInTrouble, ...]:
        """The people who did not recover."""
        return tuple(person for person in self.trouble if person.failed)

    def people_of(self, marks: Collection[str]) -> tuple[Person, ...]:
        """Return the people with any of these marks."""
        wanted = frozenset(marks)
        return tuple(person for person, own in self.people if own & wanted)


def view_of(report: Report, watch_id: str) -> CallView:
    """Return what a diagnosed report shows of a call, as of the report's time."""
    diagnosis, now = report.diagnosis, report.as_of
    running = [session for session in report.sessions if session.running]
    latest = max(report.sessions, key=lambda session: session.created_at or now, default=None)
    if diagnosis is None:
        return CallView(now)
    stories = _stories_by_person(diagnosis, report)
    trouble = tuple(_people_in_trouble(stories, report, watch_id))
    present = [
        person
        for person in _present_people(diagnosis, running)
        if _is_watched(person, report.target)
    ]
    marks = {mark for person in trouble for mark in person.marks}
    fine = sum(not (marks_of(person, watch_id) & marks) for person in present)
    people = {key: rows[0].person for key, rows in stories.items()}
    over = [people[key] for key, rows in stories.items() if _is_over(rows)]
    lost = {story.person.key for story in diagnosis.stories if story.failed_for_good}
    current = running[-1] if running else latest
    return CallView(
        as_of=now,
        trouble=trouble,
        recovered=_marks_of_all(over, watch_id),
        back=_marks_of_all((person for person in over if person.key in lost), watch_id),
        people=tuple((person, marks_of(person, watch_id)) for person in people.values()),
        present=len(present) if all(session.peers_read for session in running) else None,
        fine=fine,
        verdict=diagnosis.focus.verdict.cls,
        session_id=current.id if current else "",
        running=bool(running),
        complete=report.completeness.complete,
    )


def marks_of(person: Person, watch_id: str) -> frozenset[str]:
    """Return digests of a person's ids; they differ from watch to watch."""
    ids = [f"user:{person.user_id}"] if person.user_id else []
    ids += [f"peer:{peer_id.lower()}" for peer_id in person.peer_ids]
    key = watch_id.encode()[:32]
    return frozenset(blake2s(name.encode(), digest_size=6, key=key).hexdigest() for name in ids)


def _marks_of_all(people: Iterable[Person], watch_id: str) -> frozenset[str]:
    return frozenset().union(*(marks_of(person, watch_id) for person in people))


def _stories_by_person(diagnosis: Diagnosis, report: Report) -> dict[str, list[Story]]:
    """Return the failures of each person; one that a later join ended is over.

    To the diagnosis a join more than ten minutes later is another call (R8). A watch tells who is
    in trouble now, and whoever joined again is not.
    """
    joins = _latest_joins(diagnosis, report)
    by_person: dict[str, list[Story]] = {}
    for story in diagnosis.stories:
        if not (story.bot or story.symptom_of or story.harmless or story.feature):
            joined = joins.get(story.person.key, story.last_at)
            is_back = joined > story.last_at and area_of(story) == "session"
            now = story.replace(outcome="recovered") if is_back else story
            by_person.setdefault(story.person.key, []).append(now)
    return by_person


def _latest_joins(diagnosis: Diagnosis, report: Report) -> dict[str, datetime]:
    by_peer = _persons_by_peer(diagnosis)
    joins: dict[str, datetime] = {}
    for key, peer in _peers(report.sessions):
        person = by_peer.get(key)
        if person is not None and peer.joined_at is not None:
            joins[person.key] = max(peer.joined_at, joins.get(person.key, peer.joined_at))
    return joins


def _is_over(stories: Iterable[Story]) -> bool:
    return all(story.outcome == "recovered" for story in stories)


def _people_in_trouble(
    stories: dict[str, list[Story]], report: Report, watch_id: str
) -> Iterator[PersonInTrouble]:
    """Yield the people whose failures are not over, those who failed first at the front.

    Somebody whose failure has no known end and who was not seen for ten minutes is gone.
    """
    open_stories = {
        key: [story for story in rows if _is_open(story, report.as_of)]
        for key, rows in stories.items()
    }
    by_time = sorted((rows for rows in open_stories.values() if rows), key=_first_at)
    for rows in by_time:
        person = rows[0].person
        yield PersonInTrouble(
            person=person,
            marks=marks_of(person, watch_id),
            since=_first_at(rows),
            failed=any(story.failed_for_good for story in rows),
            peer_ids=tuple(dict.fromkeys(peer for story in rows for peer in story.peer_ids)),
        )


def _first_at(stories: Iterable[Story]) -> datetime:
    return min(story.first_at for story in stories)


def _is_open(story: Story, now: datetime) -> bool:
    if story.failed_for_good:
        return True
    return story.outcome == "unknown" and now - story.last_at <= SAME_CALL


def _is_watched(person: Person, target: Target) -> bool:
    """Return whether the errors of this person are read: of everybody, or of the one asked for."""
    if target.kind not in {"peer", "user"}:
        return True
    if target.user_id and person.user_id == target.user_id:
        return True
    peer_ids = {peer_id.lower() for peer_id in person.peer_ids}
    return (target.peer_id or "").lower() in peer_ids


def _present_people(diagnosis: Diagnosis, running: Iterable[Session]) -> list[Person]:
    by_peer = _persons_by_peer(diagnosis)
    present = {}
    for key, peer in _peers(running):
        person = by_peer.get(key)
        if peer.left_at is None and person is not None and not person.bot:
            present[person.key] = person
    return list(present.values())


def _persons_by_peer(diagnosis: Diagnosis) -> dict[str, Person]:
    return {peer_id.lower(): person for person in diagnosis.persons for peer_id in person.peer_ids}


def _peers(sessions: Iterable[Session]) -> Iterator[tuple[str, Peer]]:
    for session in sessions:
        for key, peer in session.peers.items():
            yield (peer.id or key).lower(), peer


@dataclass(frozen=True, slots=True)
class WatchState:
    """The state of a watch between two looks; it holds digests and peer ids, and no names.

    `since` is the moment from which events count. `session_id` is the session that ran at the last
    look, and `ended_at` its end once it is over. `failed` are the marks of people of whom the
    thread says that they did not recover, and `verdict` the class that it names, "" for none.
    `base_total` is 100ms' number of errors at the start. `shown` is a digest of the message.
    """

    since: datetime
    session_id: str = ""
    ended_at: datetime | None = None
    failed: tuple[str, ...] = ()
    verdict: str = ""
    line_at: datetime | None = None
    notified: bool = False
    looks: int = 0
    whole_reads: int = 0
    base_total: int | None = None
    trouble_peers: tuple[str, ...] = ()
    shown: str = ""
    edited_at: datetime | None = None
    silent_since: datetime | None = None
    """Time from which 100ms has not answered; None if it answers."""
    thread_only: bool = False
    """Whether the message can no longer be edited."""
    next_at: datetime | None = None
    end: str = ""
    """The value of a `WatchEnd` once the watch has ended."""


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A line for the thread: who failed for good, who recovered after that, the new verdict.

    `failed` and `recovered` hold marks. `verdict` is "" if it did not change. `final` says that the
    call is over; `differs` whether the final diagnosis is another one than the thread's, None if
    the thread holds none. With `notice` the line says that the message can no longer be edited.
    """

    failed: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()
    verdict: str = ""
    notify: bool = False
    final: bool = False
    differs: bool | None = None
    notice: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.failed or self.recovered or self.verdict)


_GRAVE = frozenset({"service", "shared_network"})
"""Verdicts that a line reports although nobody has failed for good yet."""


def line_between(state: WatchState, view: CallView, *, final: bool = False) -> ThreadLine:
    """Return what changed since the last line of the thread.

    A verdict counts once somebody failed for good, or if it concerns many people: the cause of a
    trouble that may pass in a moment is no change.
    """
    known = set(state.failed)
    failed = [person for person in view.failed if not person.marks & known]
    still_failed = {mark for person in view.failed for mark in person.marks}
    recovered = known & view.recovered - still_failed
    counts = bool(state.verdict or view.failed or view.verdict in _GRAVE)
    changed = counts and view.verdict not in {state.verdict, "none"}
    differs = bool(failed or recovered or changed) if state.failed or state.verdict else None
    return ThreadLine(
        failed=tuple(sorted({mark for person in failed for mark in person.marks})),
        recovered=tuple(sorted(recovered)),
        verdict=view.verdict if changed else "",
        final=final,
        differs=differs,
    )


def due_line(state: WatchState, view: CallView, now: datetime) -> ThreadLine | None:
    """Return the line that is due now; None if nothing changed or the last line is too recent."""
    line = line_between(state, view)
    return None if line.is_empty or _is_line_recent(state, now) else line


def _is_line_recent(state: WatchState, now: datetime) -> bool:
    return state.line_at is not None and now - state.line_at < LINE_EVERY


def after_line(state: WatchState, line: ThreadLine, now: datetime) -> WatchState:
    """Return the state once the line stands in the thread."""
    return replace(
        state,
        failed=tuple(sorted({*state.failed, *line.failed} - set(line.recovered))),
        verdict=line.verdict or state.verdict,
        line_at=now,
        notified=state.notified or line.notify,
    )


def after_session(state: WatchState, now: datetime) -> WatchState:
    """Return the state for the next session of a room that is watched until a given time."""
    return replace(
        state,
        since=state.ended_at or now,
        session_id="",
        ended_at=None,
        failed=(),
        verdict="",
        trouble_peers=(),
    )


def with_view(state: WatchState, view: CallView, ended_at: datetime | None) -> WatchState:
    """Return the state with what a look showed; `ended_at` is the end of its session, if known."""
    peers = dict.fromkeys((*state.trouble_peers, *_peers_in_trouble(view)))
    over = not view.running and bool(view.session_id)
    return replace(
        state,
        session_id=view.session_id,
        ended_at=(ended_at or state.ended_at or view.as_of) if over else None,
        trouble_peers=tuple(peers)[-MOST_PEERS:],
        looks=state.looks + 1,
        silent_since=None,
    )


MOST_PEERS = 200


def _peers_in_trouble(view: CallView) -> Iterator[str]:
    for person in view.trouble:
        yield from person.peer_ids


@dataclass(frozen=True, slots=True)
class Pace:
    """The configured times of a watch: seconds between looks, and after a session's end."""

    every: timedelta = timedelta(seconds=15)
    linger: timedelta = timedelta(seconds=300)


def is_call_over(state: WatchState, now: datetime, pace: Pace) -> bool:
    """Return whether the session ended long enough ago for the final diagnosis, which is a line."""
    is_past = state.ended_at is not None and now >= state.ended_at + pace.linger
    return is_past and not _is_line_recent(state, now)


def next_look(watch: Watch, state: WatchState, now: datetime, pace: Pace) -> datetime:
    """Return the time of the next look, not later than the next thing that ends."""
    every = pace.every if state.session_id and state.ended_at is None else EMPTY_EVERY
    moments = [now + max(every, pace.every), watch.ends_at]
    if state.ended_at is not None:
        moments.append(state.ended_at + pace.linger)
    return min(moment for moment in moments if moment > now)
