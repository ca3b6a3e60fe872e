"""An address in any field of an event, session, peer or room leaves by none of the ways out."""

import asyncio
import io
import json
import logging
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given
from rich.console import Console

from bot.cli import terminal
from bot.cli.log_setup import set_up_logs
from bot.cli.screen import open_console
from bot.domain.answer_log import PostedAnswer
from bot.domain.device import device_line
from bot.domain.errors import BotError
from bot.domain.metrics import LookupOutcome
from bot.domain.privacy.addresses import redact_for_output
from bot.domain.report import Report
from bot.domain.saved_lookup import from_report
from bot.domain.target import Candidate, Choices
from bot.hundredms.error_events import parse_agent
from bot.pictures import timeline_picture
from bot.pictures.layout import layout_of
from bot.render.export import export_files
from bot.render.json_document import error_document, json_chunks, lazy_document
from bot.render.message import Message
from bot.render.renderer import Renderer
from bot.slack.sending.format_fallback import as_classic_blocks, as_plain_text
from bot.storage import open_database
from tests.support.examples import examples
from tests.support.reports.rows_with_addresses import CATALOGUE, NOON, World, worlds

LOOKUP = "CD-ABCD2345"
RENDERER = Renderer(CATALOGUE)
few = examples(12, suppress_health_check=list(HealthCheck))


def hold(world: World, *texts: str) -> None:
    """None of the texts shows an address, however it is read."""
    for text in texts:
        for read in (text, unquote(text)):
            low = re.sub("[\u200b\n]", "", read.lower())
            for spelling in world.hand.spellings:
                assert spelling not in low


def of_messages(*messages: Message | None) -> Iterator[str]:
    """All that Slack is sent of them, in the richest form and in the simpler ones."""
    for message in filter(None, messages):
        for form in (message, as_classic_blocks(message), as_plain_text(message)):
            yield form.text
            yield json.dumps([dict(block) for block in form.blocks], ensure_ascii=False)


@few
@given(worlds)
def test_no_message_or_file_shows_one(world: World) -> None:
    report = world.report
    answer = RENDERER.answer(report)
    packet, packet_file = RENDERER.packet(report)
    hold(
        world,
        *of_messages(answer.opening, *answer.replies, answer.more),
        *of_messages(*RENDERER.private(report, messages=1), *RENDERER.private(report, messages=5)),
        *of_messages(*RENDERER.recovered(report), *RENDERER.timeline(report)),
        *of_messages(RENDERER.reply(report), RENDERER.error_chart(report), packet),
        *of_messages(RENDERER.packet_json(report)),
        *(
            part
            for file in (*answer.files, packet_file)
            for part in (file.name, file.title, file.content)
        ),
    )


@few
@given(worlds)
def test_no_file_of_all_failures_shows_one(world: World) -> None:
    hold(world, *(file.content for file in export_files(world.report, CATALOGUE)))


@few
@given(worlds)
def test_no_picture_shows_one(world: World) -> None:
    picture, scene = timeline_picture(world.report), layout_of(world.report)
    assert (picture is None) == (scene is None)
    if picture and scene:
        labels = [row.label for row in scene.rows]
        hold(
            world,
            picture.alt,
            picture.title,
            scene.heading,
            scene.subtitle,
            *scene.footnotes,
            *labels,
        )


@few
@given(worlds)
def test_no_terminal_and_no_document_shows_one(world: World) -> None:
    report = world.report
    console = open_console(file=io.StringIO(), width=100_000)
    gist = RENDERER.answer(report).opening.text
    terminal.show_report(console, report, CATALOGUE, gist)
    hold(world, _written(console), "".join(json_chunks(lazy_document(report))))


@few
@given(worlds)
def test_no_error_or_choice_shows_one(world: World) -> None:
    text, other = world.hand.text(), world.hand.text()
    error = BotError(text, headline=other, next_step=text)
    choices = Choices((Candidate("user", f"user {text}", other, "main", NOON),), text)
    console = open_console(file=io.StringIO(), width=100_000)
    terminal.show_error(console, error, LOOKUP)
    terminal.show_choices(console, choices)
    view = RENDERER.modal(choices, private_metadata="", conversation=False)
    hold(
        world,
        _written(console),
        "".join(json_chunks(error_document(error, LOOKUP, choices.candidates))),
        json.dumps(view, ensure_ascii=False),
        *of_messages(RENDERER.error(error, LOOKUP), RENDERER.choices(choices, LOOKUP)),
        *of_messages(RENDERER.waiting(text, LOOKUP), RENDERER.note(text)),
    )


def _written(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@few
@given(worlds)
def test_no_log_line_shows_one(world: World) -> None:
    before = logging.getLogger().handlers[:]
    set_up_logs("INFO")
    try:
        handler = logging.getLogger().handlers[0]
        formatted = [handler.format(record) for record in _records(world.report)]
    finally:
        logging.getLogger().handlers[:] = before
    hold(world, *formatted)


def _records(report: Report) -> Iterator[logging.LogRecord]:
    for event in report.events:
        for text in (event.id, event.user_id, event.peer_id, event.session_id, event.type):
            yield logging.LogRecord("x", logging.INFO, "", 1, "asked %s", (text,), None)
            record = logging.LogRecord("x", logging.INFO, "", 1, "asked", (), None)
            record.lookup_id = text
            yield record
            exc_info = (ValueError, ValueError(text), None)
            yield logging.LogRecord("x", logging.ERROR, "", 1, "failed", (), exc_info)


@few
@given(worlds)
def test_no_stored_row_holds_one(world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_store(Path(folder), world.report))
        for file in Path(folder).iterdir():
            hold(world, file.read_bytes().decode("utf-8", "replace"))


async def _store(folder: Path, report: Report) -> None:
    async with open_database(f"sqlite:///{folder / 'a.db'}", clock=lambda: NOON) as memory:
        peers = [event.peer_id for event in report.events if event.peer_id]
        peers += [peer for session in report.sessions for peer in session.peers]
        await memory.learn_peers("main", report.target.room.id, peers)
        await memory.learn_codes("main", report.target.room.id, peers)
        handle = from_report(report, after=report.events[0].id, shown=1, private=False)
        await memory.answer_log.remember(
            PostedAnswer(handle, "U0ALICE", "C0ONCALL", "1.2", LookupOutcome.ANSWERED)
        )


@pytest.mark.parametrize("version", ["0.12.15", "1.11.0.1", "2.9.54-beta.1"])
def test_a_version_in_a_version_field_stays_whole(version: str) -> None:
    agent = parse_agent({"sdk": "web", "sdk_version": version, "device_model": "Chrome_125.0.0.0"})
    assert agent.sdk_version == version
    assert version in redact_for_output(device_line(agent, None))
