"""A report as messages: the opening, then its details packed whole and in order.

A report's details in their order, what one of them is called, and what is told around them.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.domain.catalogue import Catalogue
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup
from bot.render.answer.opening import NOTE, OpeningBuilder, remarks_of
from bot.render.answer.thread_entries import EntrySource, details_of, position
from bot.render.answer.thread_entry import EntryBuilder
from bot.render.answer.verdict import value_of
from bot.render.export import files_of
from bot.render.limits import (
    REPLIES_MOST,
    WHOLE,
    BlockGroup,
    MessageSpace,
    pack,
    shorten,
    size,
    visible,
)
from bot.render.message import Answer, Message
from bot.render.phrases import safe_text
from bot.render.templates import MessageTemplates

NARROW = (
    "They do not fit a button's memory: ask again for a shorter time, one type or one peer, or use "
    "call-doctor lookup --json."
)


@dataclass(frozen=True, slots=True)
class ThreadEntries:
    """A report and its details, and what one of them is called."""

    report: Report
    details: tuple[EntrySource, ...]
    noun: str

    def __len__(self) -> int:
        return len(self.details)

    def count(self, number: int) -> str:
        """`1 failure`, `1,204 failures`."""
        return f"{number:,} {self.noun}{'s' * (number != 1)}"

    def below(self, where: str, shown: int) -> str:
        """What the opening says of the details; "" if there are none."""
        if shown < len(self):
            return f"{shown:,} of {self.count(len(self))} in detail {where}."
        return f"{self.count(shown)} in detail {where}." if shown else ""

    def button(self, page: Sequence[BlockGroup], shown: int, *, private: bool) -> str:
        """The button's value after `shown` details; "" if none remain, or it would not fit."""
        if shown >= len(self):
            return ""
        return value_of(self.report, after=page[-1].event_id, shown=shown, private=private)

    def ending(self, left: int, button: str) -> str:
        """What is said under the last detail."""
        if not left:
            return ""
        told = f"{left:,} more {self.noun}s are not shown yet."
        return told if button else f"{told} {NARROW}"


def listed_of(report: Report) -> ThreadEntries:
    """What is told of a report in detail."""
    noun = "failure" if report.diagnosis else "terminal failure"
    return ThreadEntries(report, details_of(report), noun)


_HEAD = WHOLE.minus(2, 150, 400)
"""Beside a reply's own heading and ending."""
_WITH_BUTTON = _HEAD.minus(1, 150, 2300)
"""Beside the same and a button, whose value may hold 2,000 characters."""
_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class _Edges:
    """What stands around the details: a note before the first, the rest after the last.

    `more` names each part by its first detail, since many presses may follow each other.
    """

    note: str = ""
    ending: str = ""
    button: str = ""
    more: bool = False


class AnswerBuilder:
    """Turns reports into messages."""

    def __init__(self, composer: MessageTemplates, catalogue: Catalogue, dashboard: str) -> None:
        self._composer = composer
        self._catalogue = catalogue
        self._dashboard = dashboard
        self._openings = OpeningBuilder(composer, catalogue, dashboard)

    def public(self, report: Report, note: str) -> Answer:
        """For a channel and its thread."""
        listed = listed_of(report)
        pages = list(islice(self._pages(listed, 0, _HEAD), REPLIES_MOST))
        shown, total = sum(map(len, pages)), len(listed)
        ending = f"{total - shown:,} more are not in this thread." * (shown < total)
        cut = any(group.cut for page in pages for group in page)
        below = listed.below("in the thread", shown)
        return Answer(
            opening=self._openings.opening(report, note, below=below, private=False),
            replies=tuple(self._replies(listed, pages, 0, _Edges(ending=ending))),
            files=files_of(report, self._catalogue) if shown < total or cut else (),
            more=self._beyond(listed, pages[-1], shown) if shown < total else None,
        )

    def private(
        self, report: Report, messages: int, note: str, start: SavedLookup | None
    ) -> tuple[Message, ...]:
        """For one person, without a thread: shorter, in at most `messages` messages."""
        listed = listed_of(report)
        if start is None and messages == 1 and listed.details:
            return (self._single(listed, note),)
        first = position(report, listed.details, start) if start else 0
        begins = start is None
        above = "" if begins else note
        space = _WITH_BUTTON.minus(1, len(above), 2 * len(above) + 200)
        pages = list(islice(self._pages(listed, first, space, short=True), messages - begins))
        last = first + sum(map(len, pages))
        opening: tuple[Message, ...] = ()
        if begins:
            below = listed.below("below", last)
            opening = (self._openings.opening(report, note, below=below, private=True),)
        button = listed.button(pages[-1], last, private=True) if pages else ""
        edges = _Edges(above, button=button, more=not begins)
        return opening + tuple(self._replies(listed, pages, first, edges))

    def more(self, report: Report, handle: SavedLookup) -> Message:
        """The next reply after what a handle's reader has seen."""
        listed = listed_of(report)
        first = position(report, listed.details, handle)
        page = next(self._pages(listed, first, _WITH_BUTTON, short=handle.private), None)
        if page is None:
            told = f"That was all: {listed.count(len(listed))} of look-up {report.lookup_id}."
            return self._composer.message("elsewhere", f"more-end-{handle.shown}", note=told)
        button = listed.button(page, first + len(page), private=handle.private)
        return next(self._replies(listed, [page], first, _Edges(button=button, more=True)))

    def _pages(
        self, listed: ThreadEntries, first: int, space: MessageSpace, *, short: bool = False
    ) -> Iterator[Sequence[BlockGroup]]:
        failures = EntryBuilder(listed.report, listed.details, self._catalogue, self._dashboard)
        return pack(self._composer.groups(failures.since(first), short=short), space)

    def _replies(
        self,
        listed: ThreadEntries,
        pages: Sequence[Sequence[BlockGroup]],
        first: int,
        edges: _Edges,
    ) -> Iterator[Message]:
        """Pages as messages, after `first` details."""
        for number, page in enumerate(pages, start=1):
            last = number == len(pages)
            left = len(listed) - first - len(page)
            ending = edges.ending or listed.ending(left, edges.button)
            yield self._composer.message(
                "reply",
                _more_part(page) if edges.more else f"reply-{number}",
                first=first + 1,
                of=len(listed),
                noun=listed.noun,
                groups=page,
                note=edges.note if number == 1 else "",
                ending=ending if last else "",
                button=edges.button if last else "",
                reference=listed.report.lookup_id,
            )
            first += len(page)

    def _single(self, listed: ThreadEntries, note: str) -> Message:
        """Opening and details in one message."""
        report = listed.report
        alone = self._openings.opening(report, note, below="", private=True).blocks
        space = _WITH_BUTTON.minus(len(alone), visible(alone), size(alone))
        page = next(self._pages(listed, 0, space, short=True))
        button = listed.button(page, len(page), private=True)
        return self._composer.message(
            "private",
            "opening",
            s=self._openings.tight(report),
            note=" ".join(filter(None, (remarks_of(report), shorten(safe_text(note), NOTE)))),
            remarks=remarks_of(report),
            groups=page,
            of=len(listed),
            noun=listed.noun,
            ending=listed.ending(len(listed) - len(page), button),
            button=button,
        )

    def _beyond(self, listed: ThreadEntries, page: Sequence[BlockGroup], shown: int) -> Message:
        """What the replies do not hold, and the way to it."""
        button = listed.button(page, shown, private=False)
        return self._composer.message(
            "beyond",
            "more",
            narrow="" if button else NARROW,
            shown=shown,
            of=len(listed),
            noun=listed.noun,
            button=button,
            reference=listed.report.lookup_id,
        )


def _more_part(page: Sequence[BlockGroup]) -> str:
    """`more-` and the first event id shown; a hash of an id that no part should carry."""
    found = page[0].event_id
    if not _PLAIN_ID.fullmatch(found):
        found = hashlib.sha256(found.encode(errors="replace")).hexdigest()[:32]
    return f"more-{found}"
