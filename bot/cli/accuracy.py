"""`call-doctor accuracy`: says how often answers were right, and exports the judged ones."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from bot import wiring
from bot.cli import terminal
from bot.cli.audit import parse_since_option
from bot.cli.log_setup import set_up_logs
from bot.cli.scenario_export import scenario_text
from bot.cli.screen import open_console, write_error
from bot.domain.answer_log import PostedAnswer
from bot.domain.errors import BotError, UnreadableQuestion
from bot.domain.privacy.report_names import name_hider
from bot.domain.votes import Accuracy, Vote, accuracy_words, cause_words, judgement_of
from bot.render.json_document import to_json_text
from bot.settings import read_settings
from bot.storage import Database, open_database

DONE, FAILED, INVALID_ARGUMENTS = 0, 1, 2


async def run(since: str, export: str, *, as_json: bool) -> int:
    """Print the accuracy, and write scenario files if `export` is set; return the exit status."""
    try:
        moment = parse_since_option(since, "The votes were not counted")
        settings = read_settings()
        set_up_logs("CRITICAL")
        async with open_database(settings.database) as database:
            _print(await database.votes.accuracy(moment), as_json=as_json)
            if export:
                async with wiring.open_services(settings, memory_needed=False) as services:
                    await _export(services, database, moment, Path(export))
    except BotError as error:
        terminal.show_error(open_console(stderr=True), error, wiring.new_lookup_id())
        return INVALID_ARGUMENTS if isinstance(error, UnreadableQuestion) else FAILED
    return DONE


def accuracy_document(accuracy: Accuracy) -> dict[str, Any]:
    """Return the accuracy as JSON; `share` is that of the answers that were judged, from 0 to 1."""
    return {
        "answers": accuracy.answers,
        "judged": accuracy.judged,
        "right": accuracy.right,
        "share": accuracy.share,
        "enough": accuracy.enough,
        "classes": [
            {"verdict": one.verdict, "right": one.right, "judged": one.judged}
            for one in accuracy.classes
        ],
    }


def _print(accuracy: Accuracy, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(f"{to_json_text(accuracy_document(accuracy))}\n")
        return
    console = open_console(soft_wrap=True)
    console.print(" ".join(accuracy_words(accuracy)), highlight=False)
    if accuracy.enough:
        table = Table("cause", "right", "judged")
        for one in accuracy.classes:
            table.add_row(cause_words(one.verdict), f"{one.right:,}", f"{one.judged:,}")
        console.print(table)


async def _export(
    services: wiring.Services, database: Database, since: datetime | None, folder: Path
) -> None:
    """Write a scenario file for each judged answer, and say which could not be read, and why."""
    written = 0
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        async for vote, answer in _read_judged_calls(database, since):
            try:
                text = await _scenario(services, vote, answer)
            except (BotError, ValueError) as error:
                cause = error.cause if isinstance(error, BotError) else f"{error}."
                write_error(f"{vote.reference} could not be exported: {cause}")
                continue
            written += 1
            sign = "right" if vote.right else "wrong"
            path = folder / f"judged-{written:04d}-{vote.verdict}-{sign}.yaml"
            await asyncio.to_thread(path.write_text, text, encoding="utf-8")
    except OSError as error:
        raise BotError(
            f"{folder} cannot be written ({error.strerror}).", headline="Nothing was exported"
        ) from error
    noun = "scenario" if written == 1 else "scenarios"
    write_error(f"{written:,} {noun} written to {folder}.")


async def _read_judged_calls(
    database: Database, since: datetime | None
) -> AsyncIterator[tuple[Vote, PostedAnswer | None]]:
    """Yield the judgement of each answer, and where the answer is; None if it is gone."""
    by_answer: defaultdict[str, list[Vote]] = defaultdict(list)
    for vote in await database.votes.since(since):
        by_answer[vote.reference].append(vote)
    for reference, votes in by_answer.items():
        yield judgement_of(votes), await database.answer_log.find(reference)


async def _scenario(services: wiring.Services, vote: Vote, answer: PostedAnswer | None) -> str:
    """Return the scenario of a judged answer. Raises BotError or ValueError if there is none."""
    if answer is None:
        raise ValueError("100ms and this bot keep its call for 30 days only")
    report = await services.investigator.reopen(answer.handle, _ignore)
    report = await services.investigator.diagnose(report, _ignore)
    case = await services.investigator.case(report, _ignore)
    if report.diagnosis is None or not case.complete or not case.all_types:
        raise ValueError("not all of its call can be read")
    return await asyncio.to_thread(scenario_text, case, report.diagnosis, name_hider(report), vote)


async def _ignore(_: str) -> None:
    """Ignore what a look-up waits for."""
