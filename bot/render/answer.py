"""A report as messages: the opening, then its failures packed whole and in order."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.domain.catalogue import Catalogue
from bot.domain.handle import Handle, handle_of, write_handle
from bot.domain.report import Report
from bot.render.compose import Composer
from bot.render.export import files_of
from bot.render.failure import Failures
from bot.render.limits import OPENING_MOST, REPLIES_MOST, shorten, size, visible
from bot.render.message import Answer, Message
from bot.render.pack import WHOLE, Group, Space, fill
from bot.render.sizes import SIZES
from bot.render.summary import summarise
from bot.render.words import free

_HEAD = WHOLE.without(2, 150, 400)
"""Beside a reply's own heading and ending."""
_WITH_BUTTON = _HEAD.without(1, 150, 2300)
"""Beside the same and a button, whose value may hold 2,000 characters."""
_NOTE = 60
_NARROW = (
    "They do not fit a button's memory: ask again for a shorter time, one type or one peer, or use "
    "call-doctor lookup --json."
)
_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class _Edges:
    """What stands around the failures: a note before the first, the rest after the last.

    `more` names each part by its first failure, since many presses may follow each other.
    """

    note: str = ""
    ending: str = ""
    button: str = ""
    more: bool = False


class Answers:
    """Turns reports into messages."""

    def __init__(self, composer: Composer, catalogue: Catalogue, dashboard: str) -> None:
        self._composer = composer
        self._catalogue = catalogue
        self._dashboard = dashboard

    def public(self, report: Report, note: str) -> Answer:
        """For a channel and its thread."""
        pages = list(islice(self._pages(report, 0, _HEAD), REPLIES_MOST))
        shown, total = sum(map(len, pages)), len(report.failures)
        ending = f"{total - shown:,} more follow, as files or behind a button." * (shown < total)
        cut = any(group.cut for page in pages for group in page)
        return Answer(
            opening=self._opening(report, note, below=_below(total, "in the thread")),
            replies=tuple(self._replies(report, pages, 0, _Edges(ending=ending))),
            files=files_of(report, self._catalogue) if shown < total or cut else (),
            more=self._beyond(report, pages[-1], shown) if shown < total else None,
        )

    def private(
        self, report: Report, messages: int, note: str, start: Handle | None
    ) -> tuple[Message, ...]:
        """For one person, without a thread: shorter, in at most `messages` messages."""
        if start is None and messages == 1 and report.failures:
            return (self._single(report, note),)
        first = _position(report, start) if start else 0
        opening: tuple[Message, ...] = ()
        if start is None:
            below = _below(len(report.failures), "below")
            opening, note = (self._opening(report, note, below=below),), ""
        space = _WITH_BUTTON.without(1, len(note), 2 * len(note) + 200)
        pages = list(islice(self._pages(report, first, space, short=True), messages - len(opening)))
        last = first + sum(map(len, pages))
        button = self._button(report, pages[-1], last, private=True) if pages else ""
        edges = _Edges(note, button=button, more=start is not None)
        return opening + tuple(self._replies(report, pages, first, edges))

    def more(self, report: Report, handle: Handle) -> Message:
        """The next reply after what a handle's reader has seen."""
        first = _position(report, handle)
        page = next(self._pages(report, first, _WITH_BUTTON, short=handle.private), None)
        if page is None:
            total = f"{len(report.failures):,}"
            told = f"That was all: {total} terminal failures of look-up {report.lookup_id}."
            return self._composer.message("elsewhere", f"more-end-{handle.shown}", note=told)
        button = self._button(report, page, first + len(page), private=handle.private)
        return next(self._replies(report, [page], first, _Edges(button=button, more=True)))

    def _pages(
        self, report: Report, first: int, space: Space, *, short: bool = False
    ) -> Iterator[Sequence[Group]]:
        failures = Failures(report, self._catalogue, self._dashboard)
        return fill(self._composer.groups(failures.since(first), short=short), space)

    def _replies(
        self, report: Report, pages: Sequence[Sequence[Group]], first: int, edges: _Edges
    ) -> Iterator[Message]:
        """Pages as messages, after `first` failures."""
        for number, page in enumerate(pages, start=1):
            last = number == len(pages)
            left = len(report.failures) - first - len(page)
            ending = edges.ending or _ending(left, edges.button)
            yield self._composer.message(
                "reply",
                _more_part(page) if edges.more else f"reply-{number}",
                first=first + 1,
                of=len(report.failures),
                groups=page,
                note=edges.note if number == 1 else "",
                ending=ending if last else "",
                button=edges.button if last else "",
                reference=report.lookup_id,
            )
            first += len(page)

    def _opening(self, report: Report, note: str, *, below: str) -> Message:
        """The roomiest opening that keeps within its limit."""
        for sizes in SIZES:
            summary = summarise(report, self._catalogue, self._dashboard, sizes)
            told = shorten(free(note), sizes.note + _NOTE)
            facts = {"s": summary, "below": below, "note": told}
            message = self._composer.message("opening", "opening", **facts)
            if visible(message.blocks) <= OPENING_MOST:
                break
        return message

    def _single(self, report: Report, note: str) -> Message:
        """Opening and failures in one message."""
        alone = self._opening(report, note, below="").blocks
        space = _WITH_BUTTON.without(len(alone), visible(alone), size(alone))
        page = next(self._pages(report, 0, space, short=True))
        button = self._button(report, page, len(page), private=True)
        return self._composer.message(
            "private",
            "opening",
            s=summarise(report, self._catalogue, self._dashboard, SIZES[-1]),
            note=shorten(free(note), _NOTE),
            groups=page,
            ending=_ending(len(report.failures) - len(page), button),
            button=button,
        )

    def _beyond(self, report: Report, page: Sequence[Group], shown: int) -> Message:
        """What the replies do not hold, and the way to it."""
        button = self._button(report, page, shown, private=False)
        total = len(report.failures)
        facts = {"shown": shown, "of": total, "button": button, "reference": report.lookup_id}
        return self._composer.message("beyond", "more", narrow="" if button else _NARROW, **facts)

    def _button(self, report: Report, page: Sequence[Group], shown: int, *, private: bool) -> str:
        """The button's value after `shown` failures; "" if none remain, or it would not fit."""
        if shown >= len(report.failures):
            return ""
        after = page[-1].event_id
        return write_handle(handle_of(report, after=after, shown=shown, private=private))


def _position(report: Report, handle: Handle) -> int:
    """How many failures a handle's reader has seen; 100ms may have dropped some since."""
    for index, event in enumerate(report.failures):
        if event.id == handle.after:
            return index + 1
    return min(handle.shown, len(report.failures))


def _below(failures: int, where: str) -> str:
    if not failures:
        return ""
    noun = "terminal failure" if failures == 1 else "terminal failures"
    return f"{failures:,} {noun} in detail {where}."


def _ending(left: int, button: str) -> str:
    if not left:
        return ""
    told = f"{left:,} more terminal failures are not shown yet."
    return told if button else f"{told} {_NARROW}"


def _more_part(page: Sequence[Group]) -> str:
    """`more-` and the first event id shown; a hash of an id that no part should carry."""
    found = page[0].event_id
    if not _PLAIN_ID.fullmatch(found):
        found = hashlib.sha256(found.encode(errors="replace")).hexdigest()[:32]
    return f"more-{found}"
