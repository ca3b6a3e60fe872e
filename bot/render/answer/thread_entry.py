"""One entry of the thread in words: who, what and how it ended; what happened; device and ids.

An entry has at most seven lines and 600 characters. The meaning and the next step stand once for
each cause, above its entries. Raw texts stand in the files only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.catalogue import Catalogue, Entry, Explanation
from bot.domain.device import device_line
from bot.domain.diagnosis import Story
from bot.domain.diagnosis.wording import OUTCOMES
from bot.domain.events import ErrorEvent
from bot.domain.report import Report, words_of_step
from bot.domain.rooms import Session
from bot.render.answer.entry_selection import MEDIA_TYPES, EntrySource
from bot.render.filters import UNKNOWN, clock
from bot.render.limits import brief, shorten
from bot.render.phrases import (
    display_name,
    failure_phrase,
    format_code,
    next_steps,
    safe_text,
)

_STAYED_OUT = {
    "client.disconnected": "did not reconnect",
    "client.connect.failed": "did not get in",
    "client.join.failed": "did not get in",
}
UNNAMED = "Unnamed participant"

MAX_ENTRY = 600
"""The most characters of one entry."""
_MAX_STEPS = 4
_IDS, _PEERS, _OTHERS = 6, 2, 3
_NAME, _ROLE, _WHAT, _EVIDENCE = 60, 24, 60, 90
_ID, _USER, _CODE, _STEP, _PLACE, _SHORT_PLACE = 40, 50, 60, 90, 160, 40
_JOINED_NEAR = timedelta(minutes=10)
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One entry in words; "" means nothing to say.

    `steps` are what happened, in order. `session` and its page are empty where the cause names
    them. `cut` is true if an id of its events is in the files only.
    """

    event: ErrorEvent
    number: int
    headline: str
    evidence: str
    steps: tuple[str, ...]
    place: str
    ids: str
    session: str
    page: str
    cut: bool


@dataclass(frozen=True, slots=True)
class CauseHeading:
    """A cause in words, to stand above its entries. `steps` begin with who takes them.

    `session` is the one session of all its entries; "" if they are of several.
    """

    title: str
    code: str
    meaning: str
    borrowed_from: str
    said: str
    steps: tuple[str, ...]
    session: str = ""
    page: str = ""


class EntryBuilder:
    """Words the entries of one report and their causes."""

    def __init__(self, report: Report, catalogue: Catalogue, dashboard: str) -> None:
        self._report = report
        self._catalogue = catalogue
        self._dashboard = dashboard

    def entry(self, source: EntrySource, *, names_session: bool = True) -> ThreadEntry:
        """Return one entry, within its limit."""
        event = source.event
        headline, evidence = headline_of(source), evidence_of(source)
        ids, cut = _ids_line(source)
        session = shorten(safe_text(event.session_id), _ID) if names_session else ""
        space = MAX_ENTRY - sum(map(len, (headline, evidence, ids, session))) - _FRAME
        *_, shortest = places = list(_place_lines(source))
        steps = tuple(_steps_within(source, self._report.sessions, space - len(shortest)))
        space -= sum(map(len, steps))
        place = next((line for line in places if len(line) <= space), shortest)
        return ThreadEntry(
            event=event,
            number=source.number,
            headline=headline,
            evidence=evidence,
            steps=steps,
            place=place,
            ids=ids,
            session=session,
            page=session_page(self._dashboard, event.session_id) if names_session else "",
            cut=cut,
        )

    def explanation(self, source: EntrySource) -> Explanation:
        """Return the meaning of an entry's gravest failure."""
        if source.stories:
            return source.stories[0].explanation
        return self._catalogue.explain(source.event)

    def by_cause(
        self, sources: Sequence[EntrySource]
    ) -> Iterator[tuple[CauseHeading, list[EntrySource]]]:
        """Yield each cause with its entries; a cause is placed by its first entry."""
        by_cause: dict[CauseHeading, list[EntrySource]] = {}
        for source in sources:
            by_cause.setdefault(self._cause(source), []).append(source)
        for cause, of_cause in by_cause.items():
            sessions = {source.event.session_id for source in of_cause}
            session = sessions.pop() if len(sessions) == 1 else None
            page = session_page(self._dashboard, session)
            yield replace(cause, session=shorten(safe_text(session), _ID), page=page), of_cause

    def _cause(self, source: EntrySource) -> CauseHeading:
        explanation, event = self.explanation(source), source.event
        entry: Entry = explanation.entry
        return CauseHeading(
            title=shorten(entry.title, 120),
            code=shorten(format_code(event), _CODE),
            meaning=brief(entry.meaning, 300),
            borrowed_from=explanation.borrowed_from or "",
            said=shorten(_short_message(event), 100),
            steps=tuple(
                brief(words_of_step(self._report, step), 250)
                for step in next_steps(entry, source.cls, bot=is_bot(source))
            ),
        )


_FRAME = len("#1,000  ()\nWhat happened: \n\n\n\n\n · session ")


def is_bot(source: EntrySource) -> bool:
    """Return whether an entry is about a recorder, which cannot act."""
    return bool(source.stories and source.stories[0].bot)


def name_of(source: EntrySource) -> str:
    """Return the person's name as reported with the event."""
    return display_name(source.event.user_name) or UNNAMED


def what_failed(source: EntrySource) -> str:
    """Return a phrase such as `could not send or receive audio or video`."""
    if not source.stories:
        return failure_phrase(source.event.type)
    lead = source.stories[0]
    kinds = {story.type for story in source.stories if story.outcome == lead.outcome}
    if lead.feature is None and lead.type in MEDIA_TYPES <= kinds:
        return "could not send or receive audio or video"
    return failure_phrase(lead.type, lead.feature)


def ending_of(story: Story) -> str:
    """Return how a failure ended, in words."""
    if story.outcome == "gave_up" and story.feature is None:
        return _STAYED_OUT.get(story.type, OUTCOMES["gave_up"])
    return OUTCOMES[story.outcome]


def headline_of(source: EntrySource) -> str:
    """Return `Asha Rao (host) was disconnected: did not reconnect`."""
    role = shorten(safe_text(source.event.role), _ROLE)
    who = shorten(name_of(source), _NAME)
    labels = [f"({role})"] if role else []
    labels += ["(recorder)"] if is_bot(source) else []
    what = shorten(safe_text(what_failed(source)), _WHAT)
    ending = f": {ending_of(source.stories[0])}" if source.stories else ""
    return f"{' '.join([who, *labels, what])}{ending}"


def evidence_of(source: EntrySource) -> str:
    """Return the reason for the outcome; "" without a diagnosis."""
    return shorten(safe_text(source.stories[0].evidence), _EVIDENCE) if source.stories else ""


def session_page(dashboard: str, session_id: str | None) -> str:
    """Return the address of a session's page; "" unless the id is a valid object id.

    Outside data never makes an address.
    """
    object_id = (session_id or "").lower()
    return f"{dashboard}/session-details/{object_id}" if _OBJECT_ID.fullmatch(object_id) else ""


def _short_message(event: ErrorEvent) -> str:
    """Return the reported message in one line; raw texts of ICE are left to the files."""
    message = safe_text(event.error_message)
    return "" if "candidate" in message.lower() else message


def _place_lines(source: EntrySource) -> Iterator[str]:
    """Yield media path and device in words, and a doubt about who it was: ever shorter lines."""
    event = source.event
    path = next((story.path for story in source.stories if story.path), "") or ""
    path = f"{path[:1].upper()}{path[1:]}"
    device = safe_text(device_line(event.agent, event.domain))
    unsure = bool(source.stories) and source.stories[0].person.confidence < 1
    doubt = "no user id: matched by name and device" if unsure else ""
    short_device = device.partition(" · ")[0]
    for parts in (
        (path, device, doubt),
        (path, short_device, doubt),
        (path, short_device),
        (path.partition(",")[0], short_device),
    ):
        yield shorten(" · ".join(filter(None, parts)), _PLACE)
    yield shorten(short_device, _SHORT_PLACE)


def _ids_line(source: EntrySource) -> tuple[str, bool]:
    """Return the ids to copy, and whether some are left to the files."""
    rows = source.rows
    event_ids = [source.event.id, *(row.id for row in rows if row.id != source.event.id)]
    peers = list(dict.fromkeys(row.peer_id for row in rows if row.peer_id))
    parts = [
        _list_words("event", event_ids, _IDS, " in the files"),
        _list_words("peer", peers, _PEERS),
    ]
    user = shorten(safe_text(source.event.user_id), _USER)
    parts.append(f"user {user}" if user else "")
    return " · ".join(filter(None, parts)), len(event_ids) > _IDS


def _list_words(label: str, values: Sequence[str], most: int, where: str = "") -> str:
    if not values:
        return ""
    shown = [shorten(safe_text(value), _ID) for value in values[:most]]
    omitted = len(values) - len(shown)
    rest = f" (+{omitted:,}{where})" if omitted else ""
    return f"{label} {' '.join(shown)}{rest}"


@dataclass(frozen=True, slots=True)
class _Moment:
    """Something that happened; a moment of a lower `rank` is kept first."""

    at: datetime
    words: str
    rank: int


def _steps_within(source: EntrySource, sessions: Sequence[Session], space: int) -> Iterator[str]:
    """Yield the steps that fit, numbered, in order of time; the first with its time of day.

    The first and the last report of the failure are always among them.
    """
    if not source.event.timed:
        yield f"1. {UNKNOWN}: {_code_words(source.event)}"
        return
    moments = sorted(_moments(source, sessions), key=lambda moment: moment.rank)
    shown: list[_Moment] = []
    for moment in moments[:_MAX_STEPS]:
        space -= len(moment.words) + (_OFFSET_SPACE if shown else _CLOCK_SPACE)
        if space >= 0 or moment.rank <= _LAST_REPORT:
            shown.append(moment)
    shown.sort(key=lambda moment: moment.at)
    begins = shown[0].at
    for number, moment in enumerate(shown, start=1):
        at = clock(moment.at) if number == 1 else format_offset(moment.at - begins)
        yield f"{number}. {at} {moment.words}"


_CLOCK_SPACE, _OFFSET_SPACE = len("1. 12:00:00 UTC "), len("2. +0:00 ")
_FIRST_REPORT, _LAST_REPORT, _RELATED, _LEFT, _JOINED = range(5)
"""The parts that are kept first."""


def _moments(source: EntrySource, sessions: Sequence[Session]) -> Iterator[_Moment]:
    if not source.stories:
        yield _Moment(source.event.at, _code_words(source.event), _FIRST_REPORT)
        return
    lead, *others = source.stories
    yield _Moment(lead.first_at, _code_words(lead.rows[0]), _FIRST_REPORT)
    if lead.events > 1:
        yield _Moment(lead.last_at, _again_words(lead), _LAST_REPORT)
    for story in others[:_OTHERS]:
        words = shorten(_story_words(story, lead), _STEP)
        yield _Moment(story.first_at, words, _RELATED)
    if len(others) > _OTHERS:
        words = f"{len(others) - _OTHERS:,} more failures because of it"
        yield _Moment(others[_OTHERS].first_at, words, _LEFT)
    yield from _presence(source, sessions)


def _code_words(event: ErrorEvent) -> str:
    """Return code and action; the code's name stands with the cause."""
    action = shorten(safe_text(event.action), _ROLE)
    words = str(event.error_code or "") or shorten(format_code(event), _CODE)
    return f"{words} ({action})" if action else words


def _again_words(story: Story) -> str:
    times = (
        "again" if story.events == len(("first", "again")) else f"{story.events - 1:,} times more"
    )
    return f"failed {times}{', SDK stopped' if story.ends_terminal else ''}"


def _story_words(story: Story, lead: Story) -> str:
    what = _SHORT_PHRASES.get(story.type) if story.feature is None else None
    what = what or safe_text(failure_phrase(story.type, story.feature))
    code = story.error_code or safe_text(story.error_name) or "no code"
    times = f", {story.events:,} times" if story.events > 1 else ""
    ending = f"; {ending_of(story)}" if story.outcome != lead.outcome else ""
    return f"{what}, {code}{times}{ending}"


_SHORT_PHRASES = {
    "client.connect.failed": "could not connect",
    "client.join.failed": "could not join",
    "client.disconnected": "disconnected",
    "client.publish.failed": "sending failed",
    "client.subscribe.failed": "receiving failed",
}


def _presence(source: EntrySource, sessions: Sequence[Session]) -> Iterator[_Moment]:
    """Yield the times at which the entry's peers joined and left, as far as sessions show them."""
    rows = source.rows
    peer_ids = {row.peer_id.lower() for row in rows if row.peer_id}
    since, until = rows[0].at - _JOINED_NEAR, rows[-1].at + _JOINED_NEAR
    for session in sessions:
        for key, peer in session.peers.items():
            if (peer.id or key).lower() not in peer_ids:
                continue
            for at, words, rank in (
                (peer.left_at, "left", _LEFT),
                (peer.joined_at, "joined", _JOINED),
            ):
                if at and since <= at <= until:
                    yield _Moment(at, words, rank)


def format_offset(length: timedelta) -> str:
    """Return `+0:42` or `+1:02:03`."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"+{hours}:{minutes:02d}:{seconds:02d}" if hours else f"+{minutes}:{seconds:02d}"
