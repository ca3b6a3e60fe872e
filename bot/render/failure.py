"""The facts of one entry of the thread, clipped to what one reply can hold whole."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.catalogue import Catalogue, Explanation
from bot.domain.device import device_line
from bot.domain.diagnosis import VerdictClass
from bot.domain.events import ErrorEvent
from bot.domain.ordering import order
from bot.domain.report import Report
from bot.render.course import Course, course_of
from bot.render.details import Detail
from bot.render.limits import brief, shorten
from bot.render.turn import FOR_RECORDERS, turn_of
from bot.render.words import TYPE_NAMES, code_of, free, name_of, span, what_of

# Together so short that even a hostile failure fits one reply, and each of its two blocks stays
# below 4,000 characters.
_NAME, _ID, _WORD, _LINE, _PARAGRAPH, _DESCRIPTION = 80, 120, 60, 200, 300, 900
_PAIRS = 700
_EARLIER_SHOWN = 3
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Failure:
    """One entry in words. `ids` are (label, text) pairs; "" is nothing.

    `course` is the story behind it, None while nothing is diagnosed. `cut` says that some text
    was longer than a message can hold.
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
    course: Course | None
    bot: bool
    cut: bool


class _Cutter:
    """Clips texts and remembers whether it had to."""

    def __init__(self) -> None:
        self.cut = False

    def __call__(self, text: str, most: int) -> str:
        self.cut = self.cut or len(text) > most
        return shorten(text, most)


class Failures:
    """The entries of one report, in order of time, each put into words when asked for."""

    def __init__(
        self, report: Report, details: Sequence[Detail], catalogue: Catalogue, dashboard: str
    ) -> None:
        self._details = details
        self._sessions = report.sessions
        self._catalogue = catalogue
        self._dashboard = dashboard
        self._room_id = report.target.room.id
        self._by_peer: defaultdict[str, list[ErrorEvent]] = defaultdict(list)
        for event in report.events:
            if event.peer_id:
                self._by_peer[event.peer_id.lower()].append(event)

    def since(self, index: int) -> Iterator[Failure]:
        """The entries from `index` on."""
        for detail in self._details[index:]:
            yield self._failure(detail)

    def _failure(self, detail: Detail) -> Failure:
        event, story, clip = detail.event, detail.story, _Cutter()
        explained = story.explanation if story else self._catalogue.explain(event)
        message, description = free(event.error_message), free(event.error_description)
        return Failure(
            number=detail.number,
            of=len(self._details),
            event=event,
            who=clip(name_of(event.user_name) or "Somebody without a name", _NAME),
            role=clip(free(event.role), _WORD),
            what=clip(what_of(event.type), _LINE),
            type=clip(free(event.type), _WORD),
            code=clip(code_of(event), _LINE),
            action=clip(free(event.action), _WORD),
            message=clip(message, _PARAGRAPH),
            description="" if description == message else clip(description, _DESCRIPTION),
            **_words(explained, detail.cls, bot=bool(story and story.bot)),
            before=clip(self._before(event), _PARAGRAPH),
            device=clip(free(device_line(event.agent, event.domain)), _LINE),
            also=clip(_also(event), _PAIRS),
            ids=tuple((label, clip(free(text), _ID)) for label, text in _ids(event, self._room_id)),
            page=page_of(self._dashboard, event.session_id),
            course=course_of(detail, self._sessions),
            bot=bool(story and story.bot),
            cut=clip.cut,
        )

    def _before(self, event: ErrorEvent) -> str:
        peers = self._by_peer[(event.peer_id or "").lower()] if event.timed else []
        earlier = peers[: bisect_left(peers, order(event), key=order)]
        if not earlier:
            return ""
        last = " · ".join(
            f"-{span(event.at - each.at)} {_type_of(each)} {code_of(each)}"
            for each in earlier[-_EARLIER_SHOWN:]
        )
        noun = "earlier event" if len(earlier) == 1 else "earlier events"
        gap = "… " if len(earlier) > _EARLIER_SHOWN else ""
        return f"{len(earlier):,} {noun} of this peer: {gap}{last}"


def _type_of(event: ErrorEvent) -> str:
    return TYPE_NAMES.get(event.type) or free(event.type)


def page_of(dashboard: str, session_id: str | None) -> str:
    """The address of a session's page; "" unless the id is one: outside data makes no address."""
    found = (session_id or "").lower()
    return f"{dashboard}/session-details/{found}" if _OBJECT_ID.fullmatch(found) else ""


def _words(explained: Explanation, cls: VerdictClass | None, *, bot: bool) -> dict[str, str]:
    entry = explained.entry
    owner, todo = FOR_RECORDERS if bot else turn_of(entry, cls)
    return {
        "title": shorten(entry.title, _LINE),
        "meaning": brief(entry.meaning, _PARAGRAPH),
        "todo": brief(todo, _PARAGRAPH),
        "owner": owner,
        "borrowed_from": explained.borrowed_from or "",
    }


def _also(event: ErrorEvent) -> str:
    """Every other reported field, as `name value`, in a line."""
    retries = "" if event.retries_join is None else str(event.retries_join)
    pairs = (
        ("state", event.transport_state),
        ("endpoint", event.endpoint),
        ("join retries", retries),
        ("domain", event.domain),
        *event.media,
        *event.extras,
    )
    return " · ".join(f"{free(label)} {free(text)}" for label, text in pairs if text)


def _ids(event: ErrorEvent, room_id: str) -> Iterator[tuple[str, str]]:
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
