"""`call-doctor lookup`: the same engine, answering in the terminal."""

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from bot import wiring
from bot.cli import terminal
from bot.cli.logs import set_up_logs
from bot.cli.progress import Progress
from bot.cli.reference import handle_behind
from bot.cli.screen import open_console
from bot.domain.errors import AskedWrongly, BotError, NothingFound, Unexpected
from bot.domain.question import Question
from bot.domain.reading import read_question
from bot.domain.report import Report
from bot.domain.target import Choices
from bot.render.document import choices_document, document_to_come, error_document
from bot.render.document_nothing import nothing_document
from bot.render.document_text import pieces_of
from bot.settings import read_settings

log = logging.getLogger(__name__)

ANSWERED, FAILED, NOT_FOUND = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Screen:
    """Where an outcome goes: people read `out`, scripts read one document on stdout."""

    out: Console
    as_json: bool
    reference: str

    def document(self, facts: Mapping[str, Any]) -> None:
        """One JSON document on stdout."""
        sys.stdout.writelines(pieces_of(facts))
        sys.stdout.write("\n")

    def error(self, error: BotError, question: Question | None = None) -> int:
        """The error in words, with its reference; the exit status it means.

        That nothing is known by an id is an answer as well: its document has a verdict.
        """
        logged = logging.getLevelNamesMapping()[error.level.upper()]
        log.log(logged, "%s: %s", error.headline, error.cause, extra={"lookup_id": self.reference})
        if self.as_json and question and isinstance(error, NothingFound):
            self.document(nothing_document(error, self.reference, question, wiring.now()))
        elif self.as_json:
            self.document(error_document(error, self.reference))
        else:
            terminal.show_error(open_console(stderr=True), error, self.reference)
        return NOT_FOUND if isinstance(error, AskedWrongly) else FAILED

    def choices(self, choices: Choices) -> int:
        """What may be meant, listed."""
        if self.as_json:
            self.document(choices_document(choices, self.reference))
        else:
            terminal.show_choices(open_console(stderr=True), choices)
        return NOT_FOUND


async def run(text: str, *, as_json: bool) -> int:
    """Look `text` up and print the answer; the process's exit status."""
    screen = Screen(open_console(), as_json, wiring.new_reference())
    question = None
    try:
        question = read_question(text, wiring.now())
        if question.help and text.strip() and not as_json:
            terminal.show_help(screen.out)
            return ANSWERED
        return await _answer(question, text, screen)
    except BotError as error:
        return screen.error(error, question)
    except Exception:
        log.exception("unexpected", extra={"lookup_id": screen.reference})
        return screen.error(Unexpected())


async def _answer(question: Question, text: str, screen: Screen) -> int:
    settings = read_settings()
    set_up_logs(settings.log_level if "log_level" in settings.model_fields_set else "CRITICAL")
    async with wiring.open_engine(settings, memory_needed=False) as engine:
        with Progress(open_console(stderr=True)) as progress:
            found = await _found(question, text, engine, screen, progress)
            if isinstance(found, Report):
                found = await engine.investigator.diagnosed(found, progress.tell)
        if isinstance(found, Choices):
            return screen.choices(found)
        _show(found, engine, screen)
    return ANSWERED


async def _found(
    question: Question, text: str, engine: wiring.Engine, screen: Screen, progress: Progress
) -> Report | Choices:
    """The facts; for the reference of an answer in Slack those of then."""
    handle = await handle_behind(text, engine.memory)
    if handle is not None:
        return await engine.investigator.reopen(handle, progress.tell)
    return await engine.investigator.report(
        question, screen.reference, progress.tell, progress.watch
    )


def _show(report: Report, engine: wiring.Engine, screen: Screen) -> None:
    if screen.as_json:
        screen.document(document_to_come(report))
    else:
        gist = unescaped(engine.renderer.answer(report).opening.text)
        terminal.show_report(screen.out, report, engine.catalogue, gist)
    sys.stdout.flush()


def unescaped(text: str) -> str:
    """Slack's three entities as the characters they stand for."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
