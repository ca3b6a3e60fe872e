"""A report as messages: the opening, then its thread entries, packed whole and in order."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.domain.catalogue import Catalogue
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup
from bot.render.answer.buttons import button_value
from bot.render.answer.opening import MAX_NOTE, OpeningBuilder, remarks_text
from bot.render.answer.thread_entries import EntrySource, entry_sources, position
from bot.render.answer.thread_entry import EntryBuilder
from bot.render.export import export_files
from bot.render.limits import (
    FULL_MESSAGE,
    MAX_REPLIES,
    BlockGroup,
    MessageSpace,
    json_length,
    pack,
    shorten,
    visible_length,
)
from bot.render.message import Answer, Message
from bot.render.phrases import safe_text
from bot.render.templates import MessageTemplates

NARROW_HINT = (
    "They do not fit a button's memory: ask again for a shorter time, one type or one peer, or use "
    "call-doctor lookup --json."
)


@dataclass(frozen=True, slots=True)
class ThreadEntries:
    """The thread entries of a report, and the noun for one of them."""

    report: Report
    sources: tuple[EntrySource, ...]
    noun: str

    def __len__(self) -> int:
        return len(self.sources)

    def count(self, number: int) -> str:
        """Return `1 failure` or `1,204 failures`."""
        return f"{number:,} {self.noun}{'s' * (number != 1)}"

    def more_button_value(self, page: Sequence[BlockGroup], shown: int, *, private: bool) -> str:
        """Return the value of the button after `shown` entries.

        "" if no entries remain, or if the value would not fit.
        """
        if shown >= len(self):
            return ""
        return button_value(self.report, after=page[-1].event_id, shown=shown, private=private)

    def ending(self, omitted: int, button: str) -> str:
        """Return the text under the last entry."""
        if not omitted:
            return ""
        text = f"{omitted:,} more {self.noun}s are not shown yet."
        return text if button else f"{text} {NARROW_HINT}"


def thread_entries_of(report: Report) -> ThreadEntries:
    """Return the thread entries of a report."""
    noun = "failure" if report.diagnosis else "terminal failure"
    return ThreadEntries(report, entry_sources(report), noun)


_REPLY_SPACE = FULL_MESSAGE.minus(2, 150, 400)
"""The space beside a reply's own heading and ending."""
_REPLY_SPACE_WITH_BUTTON = _REPLY_SPACE.minus(1, 150, 2300)
"""The space beside a reply's heading, ending and button; a button's value may hold 2,000
characters."""
_MAX_DETAILS = 3
"""The most messages about one person."""
_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class _Edges:
    """The texts around the entries: a note before the first, the rest after the last.

    With `more` each part is named by its first entry, since many presses may follow each other.
    """

    note: str = ""
    ending: str = ""
    button: str = ""
    more: bool = False


class AnswerBuilder:
    """Builds messages from reports."""

    def __init__(self, templates: MessageTemplates, catalogue: Catalogue, dashboard: str) -> None:
        self._templates = templates
        self._catalogue = catalogue
        self._dashboard = dashboard
        self._openings = OpeningBuilder(templates, dashboard)

    def public(self, report: Report, note: str, asked_by: str = "") -> Answer:
        """Return the answer for a channel and its thread."""
        entries = thread_entries_of(report)
        pages = list(islice(self._pages(entries, 0, _REPLY_SPACE), MAX_REPLIES))
        shown, total = sum(map(len, pages)), len(entries)
        ending = f"{total - shown:,} more are not in this thread." * (shown < total)
        cut = any(group.cut for page in pages for group in page)
        return Answer(
            opening=self._openings.opening(report, note, private=False, asked_by=asked_by),
            replies=tuple(self._replies(entries, pages, 0, _Edges(ending=ending))),
            files=export_files(report, self._catalogue) if shown < total or cut else (),
            more=self._overflow_message(entries, pages[-1], shown) if shown < total else None,
        )

    def private(
        self, report: Report, messages: int, note: str, start: SavedLookup | None
    ) -> tuple[Message, ...]:
        """Return a shorter answer for one person, without a thread.

        It has at most `messages` messages.
        """
        entries = thread_entries_of(report)
        if start is None and messages == 1 and entries.sources:
            return (self._single(entries, note),)
        first = position(report, entries.sources, start) if start else 0
        is_start = start is None
        note_above = "" if is_start else note
        space = _REPLY_SPACE_WITH_BUTTON.minus(1, len(note_above), 2 * len(note_above) + 200)
        pages = list(islice(self._pages(entries, first, space, short=True), messages - is_start))
        last = first + sum(map(len, pages))
        opening: tuple[Message, ...] = ()
        if is_start:
            opening = (self._openings.opening(report, note, private=True),)
        button = entries.more_button_value(pages[-1], last, private=True) if pages else ""
        edges = _Edges(note_above, button=button, more=not is_start)
        return opening + tuple(self._replies(entries, pages, first, edges))

    def more(self, report: Report, saved_lookup: SavedLookup) -> Message:
        """Return the next reply after the entries that the reader of a saved look-up has seen."""
        entries = thread_entries_of(report)
        first = position(report, entries.sources, saved_lookup)
        page = next(
            self._pages(entries, first, _REPLY_SPACE_WITH_BUTTON, short=saved_lookup.private), None
        )
        if page is None:
            text = f"That was all: {entries.count(len(entries))} of look-up {report.lookup_id}."
            return self._templates.message("elsewhere", f"more-end-{saved_lookup.shown}", note=text)
        button = entries.more_button_value(page, first + len(page), private=saved_lookup.private)
        return next(self._replies(entries, [page], first, _Edges(button=button, more=True)))

    def details(self, report: Report, story_id: str) -> tuple[Message, ...]:
        """Return the entries of the person that a failure belongs to."""
        stories = report.diagnosis.stories if report.diagnosis else ()
        person = next((story.person.key for story in stories if story.id == story_id), None)
        sources = tuple(
            source
            for source in entry_sources(report)
            if source.story and source.story.person.key == person
        )
        if not sources:
            text = f"Look-up {report.lookup_id}: nothing of that person stands in the thread."
            return (self._templates.message("elsewhere", "details-1", note=text),)
        entries = ThreadEntries(report, sources, "failure")
        pages = list(islice(self._pages(entries, 0, _REPLY_SPACE), _MAX_DETAILS))
        return tuple(
            replace(message, part=f"details-{number}")
            for number, message in enumerate(self._replies(entries, pages, 0, _Edges()), 1)
        )

    def _pages(
        self, entries: ThreadEntries, first: int, space: MessageSpace, *, short: bool = False
    ) -> Iterator[Sequence[BlockGroup]]:
        builder = EntryBuilder(entries.report, entries.sources, self._catalogue, self._dashboard)
        return pack(self._templates.render_entries(builder.entries_from(first), short=short), space)

    def _replies(
        self,
        entries: ThreadEntries,
        pages: Sequence[Sequence[BlockGroup]],
        first: int,
        edges: _Edges,
    ) -> Iterator[Message]:
        """Yield pages as messages, after `first` entries."""
        for number, page in enumerate(pages, start=1):
            last = number == len(pages)
            omitted = len(entries) - first - len(page)
            ending = edges.ending or entries.ending(omitted, edges.button)
            yield self._templates.message(
                "reply",
                _more_part(page) if edges.more else f"reply-{number}",
                first=first + 1,
                of=len(entries),
                noun=entries.noun,
                groups=page,
                note=edges.note if number == 1 else "",
                ending=ending if last else "",
                button=edges.button if last else "",
                reference=entries.report.lookup_id,
            )
            first += len(page)

    def _single(self, entries: ThreadEntries, note: str) -> Message:
        """Return opening and entries in one message."""
        report = entries.report
        opening_blocks = self._openings.opening(report, note, private=True).blocks
        space = _REPLY_SPACE_WITH_BUTTON.minus(
            len(opening_blocks), visible_length(opening_blocks), json_length(opening_blocks)
        )
        page = next(self._pages(entries, 0, space, short=True))
        button = entries.more_button_value(page, len(page), private=True)
        return self._templates.message(
            "private",
            "opening",
            o=self._openings.facts(report, private=True),
            note=shorten(safe_text(note), MAX_NOTE),
            remarks=remarks_text(report),
            groups=page,
            of=len(entries),
            noun=entries.noun,
            ending=entries.ending(len(entries) - len(page), button),
            button=button,
        )

    def _overflow_message(
        self, entries: ThreadEntries, page: Sequence[BlockGroup], shown: int
    ) -> Message:
        """Return a message on the entries that no reply holds, with the way to them."""
        button = entries.more_button_value(page, shown, private=False)
        return self._templates.message(
            "beyond",
            "more",
            narrow="" if button else NARROW_HINT,
            shown=shown,
            of=len(entries),
            noun=entries.noun,
            button=button,
            reference=entries.report.lookup_id,
        )


def _more_part(page: Sequence[BlockGroup]) -> str:
    """Return `more-` and the first event id shown; a hash in place of an id unfit for a part."""
    event_id = page[0].event_id
    if not _PLAIN_ID.fullmatch(event_id):
        event_id = hashlib.sha256(event_id.encode(errors="replace")).hexdigest()[:32]
    return f"more-{event_id}"
