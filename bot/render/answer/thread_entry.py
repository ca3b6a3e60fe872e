"""The facts of one entry of the thread, clipped so that one reply can hold it whole.

The timeline of a story says in words what happened in order, how it ended, and its consequences.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.catalogue import Catalogue, Explanation
from bot.domain.device import device_line
from bot.domain.diagnosis import Outcome, Story, VerdictClass
from bot.domain.events import ErrorEvent, sort_key
from bot.domain.report import Report
from bot.domain.rooms import Session
from bot.render.answer.thread_entries import EntrySource
from bot.render.filters import clock
from bot.render.limits import brief, shorten
from bot.render.phrases import (
    RECORDER_ACTION,
    TYPE_NAMES,
    display_name,
    failure_phrase,
    format_code,
    next_actor,
    safe_text,
    short_duration,
)

OUTCOMES: dict[Outcome, str] = {
    "gave_up": "gave up",
    "blocked": "blocked",
    "left": "left while it was failing",
    "recovered": "recovered",
    "unknown": "not known",
}
"""The outcome of a failure, to stand after "Ended:"."""
_FIRST, _LAST, _SYMPTOMS, _IDS, _PEERS = 3, 2, 3, 6, 3
_CODE, _COURSE_LINE, _EVIDENCE, _COURSE_ID = 50, 130, 180, 60
_JOINED_NEAR = timedelta(minutes=10)

Moment = tuple[timedelta, str, str]
"""Time since the failure began, the same in digits, and what happened."""
Step = tuple[str, str]
"""The time in digits, and what happened."""


@dataclass(frozen=True, slots=True)
class StoryTimeline:
    """A story in words; "" means nothing to say. `steps` are in order of time.

    `same_as` is the number of the entry that shows all this, `because` the number of the cause's
    entry.
    """

    outcome: str
    evidence: str
    path: str
    begins: str
    steps: tuple[Step, ...]
    others: str
    peers: str
    doubt: str
    same_as: int
    because: int


def build_story_timeline(source: EntrySource, sessions: Sequence[Session]) -> StoryTimeline | None:
    """Return the timeline of an entry's story, or a pointer to the entry that shows it.

    None without a story.
    """
    story = source.story
    if story is None:
        return None
    tells_story = source.story_entry == source.number
    return StoryTimeline(
        outcome=OUTCOMES[story.outcome],
        evidence=shorten(safe_text(story.evidence), _EVIDENCE),
        path=_capitalise(story.path) if tells_story else "",
        begins=clock(story.first_at),
        steps=tuple(_steps(story, source.symptoms, sessions)) if tells_story else (),
        others=_event_ids_text(story, source) if tells_story else "",
        peers=_other_peers_text(story, source) if tells_story else "",
        doubt=_doubt_words(story) if tells_story else "",
        same_as=0 if tells_story else source.story_entry,
        because=source.cause_entry,
    )


def format_offset(length: timedelta) -> str:
    """Return `+00:42`, `+1:02:03` or `-00:20`."""
    seconds = round(abs(length.total_seconds()))
    sign = "-" if length < timedelta(0) and seconds else "+"
    hours, remainder = divmod(seconds, 3600)
    minutes, seconds = divmod(remainder, 60)
    return f"{sign}{f'{hours}:' * bool(hours)}{minutes:02d}:{seconds:02d}"


def _steps(story: Story, symptoms: Sequence[Story], sessions: Sequence[Session]) -> Iterator[Step]:
    moments = [
        *_own_moments(story),
        *_symptom_moments(story, symptoms),
        *_presence_moments(story, sessions),
    ]
    for _, at, words in sorted(moments, key=lambda moment: moment[0]):
        yield at, shorten(words, _COURSE_LINE)


def _own_moments(story: Story) -> Iterator[Moment]:
    rows, begins = story.rows, story.first_at
    hidden = range(_FIRST, len(rows) - _LAST)
    for index, row in enumerate(rows):
        if len(hidden) > 1 and index in hidden:
            if index == hidden.start:
                yield row.at - begins, "…", f"{len(hidden):,} more"
            continue
        words = "again" if index else shorten(format_code(row), _CODE)
        last = rows[index - 1].peer_id if index else row.peer_id
        if (last or "").lower() != (row.peer_id or "").lower():
            words += ", with another peer id"
        words += ", terminal" if row.is_terminal else ""
        yield row.at - begins, format_offset(row.at - begins), words


def _symptom_moments(story: Story, symptoms: Sequence[Story]) -> Iterator[Moment]:
    for symptom in symptoms[:_SYMPTOMS]:
        count = f" ({symptom.events:,} events)" if symptom.events > 1 else ""
        what = failure_phrase(symptom.type, symptom.feature)
        words = f"because of it: {what}, {_story_code(symptom)}{count}; {OUTCOMES[symptom.outcome]}"
        yield (
            symptom.first_at - story.first_at,
            format_offset(symptom.first_at - story.first_at),
            words,
        )
    omitted = symptoms[_SYMPTOMS:]
    if omitted:
        yield omitted[0].first_at - story.first_at, "…", f"{len(omitted):,} more consequences"


def _presence_moments(story: Story, sessions: Iterable[Session]) -> Iterator[Moment]:
    """Yield the times at which the story's peers joined and left, as far as sessions show them."""
    peer_ids = {peer.lower() for peer in story.peer_ids}
    for session in sessions:
        for key, peer in session.peers.items():
            if (peer.id or key).lower() not in peer_ids:
                continue
            for at, words in ((peer.joined_at, "joined"), (peer.left_at, "left")):
                if at and _is_near(story, at):
                    yield at - story.first_at, format_offset(at - story.first_at), words


def _is_near(story: Story, at: datetime) -> bool:
    return story.first_at - _JOINED_NEAR <= at <= story.last_at + _JOINED_NEAR


def _event_ids_text(story: Story, source: EntrySource) -> str:
    """Return event ids to copy; terminal events have entries of their own."""
    rows = [row for related in (story, *source.symptoms) for row in related.rows]
    event_ids = [row.id for row in rows if not row.is_terminal and row.id != source.event.id]
    return _join_first(event_ids, _IDS)


def _other_peers_text(story: Story, source: EntrySource) -> str:
    peer_id = (source.event.peer_id or "").lower()
    return _join_first([peer for peer in story.peer_ids if peer.lower() != peer_id], _PEERS)


def _join_first(values: Sequence[str], most: int) -> str:
    shown = [shorten(value, _COURSE_ID) for value in values[:most]]
    omitted = len(values) - len(shown)
    return " ".join([*shown, f"… and {omitted:,} more"] if omitted else shown)


def _capitalise(words: str | None) -> str:
    return f"{words[0].upper()}{words[1:]}" if words else ""


def _doubt_words(story: Story) -> str:
    if story.person.confidence >= 1:
        return ""
    return "Peers without user id, taken for one person by name and device."


def _story_code(story: Story) -> str:
    return shorten(format_code(story.rows[0]), _CODE)


# Together short enough that even a hostile failure fits one reply, and each of its two blocks stays
# below 4,000 characters.
_NAME, _ID, _WORD, _LINE, _PARAGRAPH, _DESCRIPTION = 80, 120, 60, 200, 300, 900
_PAIRS = 700
_EARLIER_SHOWN = 3
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One entry in words. `ids` are (label, text) pairs; "" means nothing to say.

    `course` is the timeline of its story, None without a diagnosis. `cut` is true if some text was
    longer than a message can hold.
    """

    number: int
    of: int
    event: ErrorEvent
    who: str
    role: str
    what: str
    type: str
    code: str
    action: str
    message: str
    description: str
    title: str
    meaning: str
    todo: str
    owner: str
    borrowed_from: str
    before: str
    device: str
    also: str
    ids: tuple[tuple[str, str], ...]
    page: str
    course: StoryTimeline | None
    bot: bool
    cut: bool


class _Shortener:
    """Clips texts and records whether it cut one."""

    def __init__(self) -> None:
        self.cut = False

    def __call__(self, text: str, most: int) -> str:
        self.cut = self.cut or len(text) > most
        return shorten(text, most)


class EntryBuilder:
    """The entries of one report, in order of time, each worded when asked for."""

    def __init__(
        self, report: Report, sources: Sequence[EntrySource], catalogue: Catalogue, dashboard: str
    ) -> None:
        self._sources = sources
        self._sessions = report.sessions
        self._catalogue = catalogue
        self._dashboard = dashboard
        self._room_id = report.target.room.id
        self._by_peer: defaultdict[str, list[ErrorEvent]] = defaultdict(list)
        for event in report.events:
            if event.peer_id:
                self._by_peer[event.peer_id.lower()].append(event)

    def entries_from(self, index: int) -> Iterator[ThreadEntry]:
        """Yield the entries from `index` on."""
        for source in self._sources[index:]:
            yield self._entry(source)

    def _entry(self, source: EntrySource) -> ThreadEntry:
        event, story, clip = source.event, source.story, _Shortener()
        explanation = story.explanation if story else self._catalogue.explain(event)
        message, description = safe_text(event.error_message), safe_text(event.error_description)
        return ThreadEntry(
            number=source.number,
            of=len(self._sources),
            event=event,
            who=clip(display_name(event.user_name) or "Somebody without a name", _NAME),
            role=clip(safe_text(event.role), _WORD),
            what=clip(failure_phrase(event.type), _LINE),
            type=clip(safe_text(event.type), _WORD),
            code=clip(format_code(event), _LINE),
            action=clip(safe_text(event.action), _WORD),
            message=clip(message, _PARAGRAPH),
            description="" if description == message else clip(description, _DESCRIPTION),
            **_entry_words(explanation, source.cls, bot=bool(story and story.bot)),
            before=clip(self._earlier_events(event), _PARAGRAPH),
            device=clip(safe_text(device_line(event.agent, event.domain)), _LINE),
            also=clip(_other_fields(event), _PAIRS),
            ids=tuple(
                (label, clip(safe_text(text), _ID))
                for label, text in _labelled_ids(event, self._room_id)
            ),
            page=session_page(self._dashboard, event.session_id),
            course=build_story_timeline(source, self._sessions),
            bot=bool(story and story.bot),
            cut=clip.cut,
        )

    def _earlier_events(self, event: ErrorEvent) -> str:
        peer_events = self._by_peer[(event.peer_id or "").lower()] if event.timed else []
        earlier = peer_events[: bisect_left(peer_events, sort_key(event), key=sort_key)]
        if not earlier:
            return ""
        last = " · ".join(
            f"-{short_duration(event.at - row.at)} {_type_label(row)} {format_code(row)}"
            for row in earlier[-_EARLIER_SHOWN:]
        )
        noun = "earlier event" if len(earlier) == 1 else "earlier events"
        gap = "… " if len(earlier) > _EARLIER_SHOWN else ""
        return f"{len(earlier):,} {noun} of this peer: {gap}{last}"


def _type_label(event: ErrorEvent) -> str:
    return TYPE_NAMES.get(event.type) or safe_text(event.type)


def session_page(dashboard: str, session_id: str | None) -> str:
    """Return the address of a session's page; "" unless the id is a valid object id.

    Outside data never makes an address.
    """
    object_id = (session_id or "").lower()
    return f"{dashboard}/session-details/{object_id}" if _OBJECT_ID.fullmatch(object_id) else ""


def _entry_words(
    explanation: Explanation, cls: VerdictClass | None, *, bot: bool
) -> dict[str, str]:
    entry = explanation.entry
    owner, todo = RECORDER_ACTION if bot else next_actor(entry, cls)
    return {
        "title": shorten(entry.title, _LINE),
        "meaning": brief(entry.meaning, _PARAGRAPH),
        "todo": brief(todo, _PARAGRAPH),
        "owner": owner,
        "borrowed_from": explanation.borrowed_from or "",
    }


def _other_fields(event: ErrorEvent) -> str:
    """Return every other reported field, as `name value`, in one line."""
    retries = "" if event.retries_join is None else str(event.retries_join)
    pairs = (
        ("state", event.transport_state),
        ("endpoint", event.endpoint),
        ("join retries", retries),
        ("domain", event.domain),
        *event.media,
        *event.extras,
    )
    return " · ".join(f"{safe_text(label)} {safe_text(text)}" for label, text in pairs if text)


def _labelled_ids(event: ErrorEvent, room_id: str) -> Iterator[tuple[str, str]]:
    yield "event", event.id
    pairs = (
        ("peer", event.peer_id),
        ("user", event.user_id),
        ("session", event.session_id),
        ("room", event.room_id or room_id),
        ("template", event.template_id),
        ("account", event.account_id),
    )
    for label, text in pairs:
        if text:
            yield label, text
