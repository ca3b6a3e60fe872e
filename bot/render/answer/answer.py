"""A report as messages: the opening, the table of its failures, and each failure in detail."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.domain.catalogue import Catalogue
from bot.domain.report import Report, Surroundings
from bot.domain.saved_lookup import SavedLookup
from bot.domain.status_page import StatusFinding
from bot.render.answer.buttons import button_value
from bot.render.answer.entry_selection import EntrySource, entry_sources, unseen_sources
from bot.render.answer.failure_table import (
    ALONE,
    MAX_TABLE,
    WITH_DETAILS,
    FailureTable,
    failure_table,
)
from bot.render.answer.opening import OpeningBuilder
from bot.render.answer.thread_entry import EntryBuilder, is_bot
from bot.render.answer.ticket import TicketSystems
from bot.render.export import export_files
from bot.render.filters import count
from bot.render.limits import FULL_MESSAGE, BlockGroup, pack, visible_length
from bot.render.message import Answer, Message
from bot.render.phrases import person_key
from bot.render.templates import MessageTemplates

NARROW_HINT = (
    "Too many to list here: ask again for a shorter time, one type or one peer, or use "
    "call-doctor lookup --json."
)
MAX_DETAILED = 75
"""The most failures told in detail; the latest ones. The table and the files hold the others."""
_DETAIL_MESSAGES = 6
_FEW = 2
"""Up to so many failures need no table."""
_MAX_DETAILS = 3
"""The most messages about one person."""
_DETAIL_SPACE = FULL_MESSAGE.minus(3, 350, 900)
"""The space beside a reply's own head and ending."""
_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class ThreadEntries:
    """The thread entries of a report, the latest first, and the noun for one of them."""

    report: Report
    sources: tuple[EntrySource, ...]
    noun: str

    def __len__(self) -> int:
        return len(self.sources)

    def count(self, number: int) -> str:
        """Return `1 failure` or `1,204 failures`."""
        return count(number, self.noun, f"{self.noun}s")

    def head(self) -> str:
        """Return the thread's first line, such as `13 failures of 11 people`."""
        people = {
            source.stories[0].person.key if source.stories else person_key(source.event)
            for source in self.sources
            if not is_bot(source)
        }
        who = count(len(people), "person", "people") if people else "recorders"
        least = "" if self.report.completeness.complete else "At least "
        return f"{least}{self.count(len(self))} of {who}"

    def totals(self) -> str:
        """Return the numbers of events, of terminal events and of failures that recovered.

        Removals of people and the room's end follow.
        """
        report = self.report
        listed = {story.id for source in self.sources for story in source.stories}
        stories = report.diagnosis.stories if report.diagnosis else ()
        facts = report.diagnosis.facts if report.diagnosis else ()
        others = sum(story.id not in listed for story in stories)
        events = count(len(report.events), "event", "events")
        text = f"· {events}, {len(report.failures):,} of them terminal"
        recovered = f" · {count(others, 'other failure', 'other failures')} recovered"
        text += recovered * bool(others)
        return f"{text}. {' '.join(facts)}" if facts else text


def thread_entries_of(report: Report) -> ThreadEntries:
    """Return the thread entries of a report."""
    noun = "failure" if report.diagnosis else "terminal failure"
    return ThreadEntries(report, entry_sources(report), noun)


@dataclass(frozen=True, slots=True)
class _Listing:
    """A table of failures after `seen` others.

    `last_event` names its last row for the button to the next ones; "" if no button may follow.
    """

    table: FailureTable
    last_event: str = ""
    seen: int = 0
    private: bool = False
    newest_first: bool = True

    @property
    def shown(self) -> int:
        """The number of failures that the reader has seen with this table."""
        return self.seen + len(self.table.rows)


@dataclass(frozen=True, slots=True)
class _Detail:
    """Pages of failures in detail, and what their parts are headed by."""

    pages: tuple[tuple[Sequence[BlockGroup], str], ...]
    shown: int
    cut: bool


class AnswerBuilder:
    """Builds messages from reports."""

    def __init__(
        self,
        templates: MessageTemplates,
        catalogue: Catalogue,
        dashboard: str,
        tickets: TicketSystems,
    ) -> None:
        self._templates = templates
        self._catalogue = catalogue
        self._dashboard = dashboard
        self._openings = OpeningBuilder(templates, dashboard, tickets)

    def thread(self, report: Report, opening: Message) -> Answer:
        """Return the whole answer for a channel: this opening and what its thread holds.

        An answer that continues another one is an opening and one table.
        """
        entries = thread_entries_of(report)
        if report.follow_up:
            return Answer(opening, replies=self._table_alone(entries) if entries.sources else ())
        builder = self._builder(report)
        table = failure_table(entries.sources, WITH_DETAILS, builder) if entries.sources else None
        listed, total = len(table.rows) if table else 0, len(entries)
        detail = self._detail(entries.sources[: min(listed, MAX_DETAILED)], builder)
        return Answer(
            opening=opening,
            replies=tuple(self._replies(entries, table, detail)),
            files=export_files(report, self._catalogue)
            if detail.shown < total or detail.cut
            else (),
            more=self._overflow_message(entries, table) if table and listed < total else None,
        )

    def opening(self, report: Report, note: str, asked_by: str = "") -> Message:
        """Return the opening of the answer for a channel."""
        return self._openings.opening(report, note, private=False, asked_by=asked_by)

    def surroundings(self, report: Report, surroundings: Surroundings) -> Message:
        """Return what was read around a failure, with the first sentence if that changes it."""
        return self._openings.surroundings(report, surroundings)

    def new_incident(self, finding: StatusFinding, reference: str) -> Message:
        """Return the incident that appeared on the status page after an answer."""
        return self._openings.new_incident(finding, reference)

    def private(self, report: Report, messages: int, note: str) -> tuple[Message, ...]:
        """Return the opening and the table of failures for one person, without a thread.

        It is one message if `messages` allows no second, or if nothing failed.
        """
        entries = thread_entries_of(report)
        opening = self._openings.opening(report, note, private=True)
        if not entries.sources:
            return (opening,)
        if messages > 1:
            return (opening, *self._table_alone(entries, private=True))
        space = MAX_TABLE - visible_length(opening.blocks)
        (table,) = self._table_alone(entries, space, private=True)
        return (replace(opening, blocks=(*opening.blocks, *table.blocks)),)

    def _table_alone(
        self, entries: ThreadEntries, space: int = MAX_TABLE, *, private: bool = False
    ) -> tuple[Message]:
        """Return a table with a button to the rest."""
        builder = self._builder(entries.report)
        table = failure_table(entries.sources, ALONE, builder, space=space)
        last_event = entries.sources[len(table.rows) - 1].event.id
        listing = _Listing(table, last_event, private=private)
        return (self._table_message("reply-1", entries, listing),)

    def more(self, report: Report, saved_lookup: SavedLookup) -> Message:
        """Return the next rows after those that the reader of a saved look-up has seen."""
        entries = thread_entries_of(report)
        unseen = unseen_sources(report, entries.sources, saved_lookup)
        if not unseen:
            text = f"That was all: {entries.count(len(entries))} of look-up {report.lookup_id}."
            return self._templates.message("elsewhere", f"more-end-{saved_lookup.shown}", note=text)
        table = failure_table(unseen, ALONE, self._builder(report))
        listing = _Listing(
            table,
            unseen[len(table.rows) - 1].event.id,
            len(entries) - len(unseen),
            saved_lookup.private,
            saved_lookup.newest_first,
        )
        return self._table_message(_more_part(unseen[0].event.id), entries, listing)

    def details(self, report: Report, story_id: str) -> tuple[Message, ...]:
        """Return the entries of a failure's person, or the failures they recovered from."""
        stories = report.diagnosis.stories if report.diagnosis else ()
        person = next((story.person.key for story in stories if story.id == story_id), None)
        own = [story for story in stories if story.person.key == person]
        sources = tuple(
            source
            for source in entry_sources(report)
            if source.stories and source.stories[0].person.key == person
        ) or tuple(
            EntrySource(story.rows[0], number, (story,))
            for number, story in enumerate(reversed(own), start=1)
        )
        if not sources:
            text = f"Look-up {report.lookup_id}: nothing of that person stands in the thread."
            return (self._templates.message("elsewhere", "details-1", note=text),)
        entries = ThreadEntries(report, sources, "failure")
        detail = self._detail(sources, self._builder(report))
        return tuple(self._detail_messages(entries, detail, entries.head(), "details", 1))[
            :_MAX_DETAILS
        ]

    def _builder(self, report: Report) -> EntryBuilder:
        return EntryBuilder(report, self._catalogue, self._dashboard)

    def _detail(self, sources: Sequence[EntrySource], builder: EntryBuilder) -> _Detail:
        """Return the entries by cause: each cause once, above its entries, the latest first."""
        causes: dict[str, str] = {}
        cut: set[str] = set()
        groups = self._groups(sources, builder, causes, cut)
        pages = list(islice(pack(groups, _DETAIL_SPACE), _DETAIL_MESSAGES))
        continued = [
            causes[page[0].event_id] if index and page[0].event_id in causes else ""
            for index, page in enumerate(pages)
        ]
        shown = sum(map(len, pages))
        return _Detail(tuple(zip(pages, continued, strict=True)), shown, bool(cut))

    def _groups(
        self,
        sources: Sequence[EntrySource],
        builder: EntryBuilder,
        causes: dict[str, str],
        cut: set[str],
    ) -> Iterator[BlockGroup]:
        """Yield the blocks of each entry, with its cause's in front of the first.

        `causes` gets the title of the cause of each entry that has none in front; `cut` gets the
        entries with ids that are left out.
        """
        for cause, of_cause in builder.by_cause(sources):
            for source in of_cause:
                entry = builder.entry(source, names_session=not cause.session)
                if entry.cut:
                    cut.add(source.event.id)
                group = self._templates.render_blocks("failure", source.event.id, f=entry)
                if source is of_cause[0]:
                    facts = {"c": cause, "number": len(of_cause)}
                    head = self._templates.render_blocks("cause", source.event.id, **facts)
                    group = head.joined(group)
                else:
                    causes[source.event.id] = cause.title
                yield group

    def _replies(
        self, entries: ThreadEntries, table: FailureTable | None, detail: _Detail
    ) -> Iterator[Message]:
        """Yield the table, then the detail; few failures need no table."""
        if table is None:
            return
        with_table = len(entries) > _FEW
        if with_table:
            yield self._table_message("reply-1", entries, _Listing(table))
        if not with_table:
            yield from self._detail_messages(entries, detail, entries.head(), "reply", 1)
            return
        latest = "the latest " * (detail.shown < len(entries))
        head = f"Details of {latest}{entries.count(detail.shown)}"
        yield from self._detail_messages(entries, detail, head, "reply", 2)

    def _detail_messages(
        self, entries: ThreadEntries, detail: _Detail, head: str, part: str, first: int
    ) -> Iterator[Message]:
        """Yield the pages of a detail, named by `part` and a number from `first` on."""
        left, last = len(entries) - detail.shown, len(detail.pages)
        ending = f"The {left:,} before these are in the files, as CSV and JSON." * bool(left)
        for number, (page, continues) in enumerate(detail.pages, start=1):
            yield self._templates.message(
                "reply",
                f"{part}-{number + first - 1}",
                head=f"{head} · part {number} of {last}" if last > 1 else head,
                rest=entries.totals() if head == entries.head() and part == "reply" else "",
                continues=continues,
                groups=page,
                ending=ending if number == last else "",
                reference=entries.report.lookup_id,
            )

    def _table_message(self, part: str, entries: ThreadEntries, listing: _Listing) -> Message:
        """Return a table with its head, and with a button if it is not followed by the rest."""
        seen, shown = listing.seen, listing.shown
        left = len(entries) - shown
        button = self._more_button(entries, listing) if listing.last_event and left else ""
        where = "" if button else NARROW_HINT if listing.last_event else "below"
        return self._templates.message(
            "failures",
            part,
            head=entries.head()
            if not seen
            else f"Failures {seen + 1:,} to {shown:,} of {len(entries):,}",
            rest="" if seen else entries.totals(),
            table=listing.table,
            ending=_ending(left, where) if left else "",
            button=button,
            left=left,
            noun=entries.noun,
            reference=entries.report.lookup_id,
        )

    def _more_button(self, entries: ThreadEntries, listing: _Listing) -> str:
        return button_value(
            entries.report,
            after=listing.last_event,
            shown=listing.shown,
            private=listing.private,
            newest_first=listing.newest_first,
        )

    def _overflow_message(self, entries: ThreadEntries, table: FailureTable) -> Message:
        """Return a message on the failures that the table does not hold, with the way to them."""
        shown = len(table.rows)
        listing = _Listing(table, entries.sources[shown - 1].event.id)
        button = self._more_button(entries, listing)
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


def _ending(left: int, where: str) -> str:
    """Return the text under a table that does not hold the last failure."""
    if where == "below":
        return f"The {left:,} before these follow below."
    return f"{left:,} more are not shown yet. {where}".rstrip()


def _more_part(event_id: str) -> str:
    """Return `more-` and the first event id shown; a hash in place of an id unfit for a part."""
    if not _PLAIN_ID.fullmatch(event_id):
        event_id = hashlib.sha256(event_id.encode(errors="replace")).hexdigest()[:32]
    return f"more-{event_id}"
