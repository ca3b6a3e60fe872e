"""`call-doctor lookup`: runs a look-up and prints the answer in the terminal.

With a reference (`call-doctor lookup CD-…`) it prints an answer that was posted in Slack. While a
look-up takes long, a live line on stderr shows its progress, or plain lines where stderr is no
terminal.
"""

import logging
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.status import Status

from bot import wiring
from bot.cli import terminal
from bot.cli.log_setup import set_up_logs
from bot.cli.screen import open_console, rich_text
from bot.domain.errors import AskedWrongly, BotError, NothingFound, Unexpected
from bot.domain.parsing import parse_query
from bot.domain.query import LookupQuery
from bot.domain.report import Report, with_surroundings
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Choices
from bot.domain.target import Progress as Reading
from bot.render.json_document import (
    choices_document,
    error_document,
    json_chunks,
    lazy_document,
    nothing_document,
)
from bot.render.plain_text import lines_of
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.storage import Database

_REFERENCE = re.compile(r"\s*(CD-[A-Z2-9]{8})\s*", re.IGNORECASE)


async def find_saved_lookup(
    text: str, open_database: Callable[[], Awaitable["Database | None"]]
) -> SavedLookup | None:
    """Return the look-up that the text names by its reference; None if the text is no reference.

    Raises NothingFound, StoreUnreachable.
    """
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    database = await open_database()
    answer = await database.answer_log.find(match[1]) if database else None
    if answer is None:
        raise NothingFound(
            "No answer of the last 30 days has that reference, or it was an error.",
            next_step="Ask again for the room, or search the log for the reference.",
        )
    return answer.handle


class ProgressDisplay:
    """Shows the progress of a look-up. Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = Status("Asking 100ms …", console=console)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._status.stop()

    async def tell(self, note: str) -> None:
        """Show what the look-up is waiting for."""
        if self._console.is_terminal:
            self._status.update(rich_text(note))
        else:
            self._console.print(rich_text(note), highlight=False)

    def watch(self, progress: Reading) -> None:
        """Show how many events were read."""
        of = "" if progress.total is None else f" of {progress.total:,}"
        self._status.update(f"Reading events: {progress.fetched:,}{of} …")


log = logging.getLogger(__name__)

ANSWERED, FAILED, NOT_FOUND = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Screen:
    """The output: people read `out`, scripts read one JSON document on stdout."""

    out: Console
    as_json: bool
    reference: str
    full: bool = False

    def document(self, facts: Mapping[str, Any]) -> None:
        """Write one JSON document to stdout."""
        sys.stdout.writelines(json_chunks(facts))
        sys.stdout.write("\n")

    def error(self, error: BotError, query: LookupQuery | None = None) -> int:
        """Print the error with its reference; return its exit status.

        If nothing is known by an id, that is an answer as well: its JSON document has a verdict.
        """
        level = logging.getLevelNamesMapping()[error.level.upper()]
        log.log(level, "%s: %s", error.headline, error.cause, extra={"lookup_id": self.reference})
        if self.as_json and query and isinstance(error, NothingFound):
            self.document(nothing_document(error, self.reference, query, wiring.now()))
        elif self.as_json:
            self.document(error_document(error, self.reference))
        else:
            terminal.show_error(open_console(stderr=True), error, self.reference)
        return NOT_FOUND if isinstance(error, AskedWrongly) else FAILED

    def choices(self, choices: Choices, query: LookupQuery) -> int:
        """List the things that the question may mean; return the exit status."""
        if self.as_json and choices.near:
            error = NothingFound(choices.note, next_step="Ask again with the `value` of one.")
            self.document(
                nothing_document(error, self.reference, query, wiring.now(), choices.candidates)
            )
        elif self.as_json:
            self.document(choices_document(choices, self.reference))
        else:
            terminal.show_choices(open_console(stderr=True), choices)
        return NOT_FOUND


async def run(text: str, *, as_json: bool, full: bool = False) -> int:
    """Look `text` up and print the answer; return the exit status of the process.

    Without `full` the answer is the opening and a table of failures, on one screen.
    """
    screen = Screen(open_console(), as_json, wiring.new_lookup_id(), full)
    query = None
    try:
        query = parse_query(text, wiring.now())
        if query.help and text.strip() and not as_json:
            terminal.show_help(screen.out)
            return ANSWERED
        return await _answer(query, text, screen)
    except BotError as error:
        return screen.error(error, query)
    except Exception:
        log.exception("unexpected", extra={"lookup_id": screen.reference})
        return screen.error(Unexpected())


async def _answer(query: LookupQuery, text: str, screen: Screen) -> int:
    settings = read_settings()
    set_up_logs(settings.log_level if "log_level" in settings.model_fields_set else "CRITICAL")
    async with wiring.open_services(settings, memory_needed=False) as services:
        with ProgressDisplay(open_console(stderr=True)) as progress:
            saved_lookup = await find_saved_lookup(text, services.open_database)
            result = await _look_up(query, saved_lookup, services, screen, progress)
            if isinstance(result, Report):
                result = await services.investigator.diagnose(result, progress.tell)
                if saved_lookup is not None:
                    result = await _weigh(result, saved_lookup, services)
        if isinstance(result, Choices):
            return screen.choices(result, query)
        _show(result, services, screen)
    return ANSWERED


async def _look_up(
    query: LookupQuery,
    saved_lookup: SavedLookup | None,
    services: wiring.Services,
    screen: Screen,
    progress: ProgressDisplay,
) -> Report | Choices:
    """Return the facts; for an answer in Slack, the facts of that time."""
    if saved_lookup is not None:
        return await services.investigator.reopen(saved_lookup, progress.tell)
    return await services.investigator.report(
        query, screen.reference, progress.tell, progress.watch
    )


async def _weigh(report: Report, saved_lookup: SavedLookup, services: wiring.Services) -> Report:
    """Return the report with what other rooms and the status page said after the answer."""
    database = await services.open_database()
    state = await database.opening_states.find(saved_lookup.lookup_id) if database else None
    return with_surroundings(report, state.surroundings) if state else report


def _show(report: Report, services: wiring.Services, screen: Screen) -> None:
    if screen.as_json:
        screen.document(lazy_document(report))
    else:
        blocks = services.renderer.answer(report).opening.blocks
        texts = (
            line.replace("`", "").strip() for text in lines_of(blocks) for line in text.splitlines()
        )
        opening = [line for line in texts if line]
        if screen.full:
            terminal.show_report(screen.out, report, services.catalogue, "\n".join(opening))
        else:
            terminal.show_summary(screen.out, report, opening)
    sys.stdout.flush()
