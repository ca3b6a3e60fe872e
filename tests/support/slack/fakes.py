"""Fake investigator, renderer and references, for tests of the Slack edge alone."""

import asyncio
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.channel_settings import ChannelSettings
from bot.domain.diagnosis import DiagnosisInput
from bot.domain.errors import BotError
from bot.domain.events import ErrorEvent
from bot.domain.privacy.personal_names import Names
from bot.domain.query import Identifier, LookupQuery
from bot.domain.report import Completeness, Report, Window
from bot.domain.rooms import Room
from bot.domain.saved_lookup import SavedLookup, encode, from_report
from bot.domain.target import Candidate, Choices, Progress, Target
from bot.investigate.ports import Tell, Watch, ignore_progress
from bot.render.choices import choice_label
from bot.render.help import HomeFacts
from bot.render.message import Answer, File, Message
from bot.render.renderer import Renderer
from bot.render.replies.form import ReplyForms
from bot.render.replies.letter import ReplyTexts
from bot.render.templates import MessageTemplates
from tests.support.events import make_event

NOW = datetime(2026, 11, 20, 10, 42, 7, tzinfo=UTC)
ROOM = "64c8d6a1f0b1a2c3d4e5f601"


def report_of(lookup_id: str, failures: int) -> Report:
    """Return a report on one room with `failures` terminal events."""
    events = tuple(
        make_event(
            id=f"event-{number}",
            type="client.join.failed",
            at=NOW,
            stamp=str(number),
            peer_id=f"peer-{number}",
            is_terminal=True,
        )
        for number in range(failures)
    )
    return Report(
        lookup_id=lookup_id,
        target=Target("room", Room(ROOM, "default", "standup")),
        as_of=NOW,
        window=Window(),
        completeness=Completeness(failures, failures, complete=True),
        events=events,
    )


@dataclass
class StandInInvestigator:
    """Answers every question alike, or raises `error`, or offers `choices`."""

    failures: int = 2
    error: Exception | None = None
    choices: Choices | None = None
    seconds: float = 0.0
    told: str = ""
    asked: list[LookupQuery] = field(default_factory=list)
    reopened: list[SavedLookup] = field(default_factory=list)
    described: list[tuple[Identifier, ...]] = field(default_factory=list)
    diagnoses: int = 0

    async def report(
        self, question: LookupQuery, lookup_id: str, tell: Tell, watch: Watch = ignore_progress
    ) -> Report | Choices:
        self.asked.append(question)
        if self.told:
            await tell(self.told)
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        if self.choices is not None:
            return self.choices
        report = report_of(lookup_id, self.failures)
        watch(Progress(report.target, self.failures, self.failures, begun=True))
        return report

    async def reopen(self, handle: SavedLookup, tell: Tell) -> Report:  # noqa: ARG002
        self.reopened.append(handle)
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return report_of(handle.lookup_id, self.failures)

    async def diagnose(self, report: Report, tell: Tell) -> Report:  # noqa: ARG002
        """Return the report unchanged: the fake renderer shows bare events."""
        self.diagnoses += 1
        return report

    async def case(self, report: Report, tell: Tell) -> DiagnosisInput:  # noqa: ARG002
        return DiagnosisInput(report.target.room, report.as_of, report.events)

    async def describe(
        self,
        clues: Sequence[Identifier],
        workspaces: Sequence[str] | None = None,  # noqa: ARG002
    ) -> Choices:
        self.described.append(tuple(clues))
        if self.error is not None:
            raise self.error
        return Choices(
            tuple(Candidate("room", clue.value, f"Room {clue.value}", "default") for clue in clues)
        )


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text[:2900], "emoji": False}}


def button(action_id: str, label: str, value: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "action_id": action_id, "text": text, "value": value}


def simple(part: str, text: str, *buttons: dict[str, Any]) -> Message:
    actions = ({"type": "actions", "elements": list(buttons)},) if buttons else ()
    return Message(part, text[:3000], (section(text), *actions))


REOPENING = ("recovered", "timeline", "evidence", "packet")


def reopening(report: Report, *, private: bool) -> list[dict[str, Any]]:
    """Return the buttons under an opening."""
    value = encode(from_report(report, after=None, shown=0, private=private))
    return [button(name, name.capitalize(), value) for name in REOPENING]


@dataclass
class StandInRenderer(Renderer):
    """Renders one failure a reply; texts of `cut` failures are whole in a file.

    `chart_fails` makes the chart, which follows the answer, raise an error.
    """

    replies: int = 10
    cut: bool = False
    chart_fails: bool = False
    reply_forms: ReplyForms = field(
        default_factory=lambda: ReplyForms(MessageTemplates(None), ReplyTexts())
    )

    def answer(self, report: Report, *, note: str = "", asked_by: str = "") -> Answer:
        failures = report.failures
        shown = failures[: self.replies]
        left = len(failures) - len(shown)
        files = (File("failures.csv", "Failures", "id\n"),) if left or self.cut else ()
        return Answer(
            simple(
                "opening",
                f"{note}{asked_by} Room standup: {len(failures)} events, {len(failures)} terminal",
                *reopening(report, private=False),
            ),
            tuple(simple(f"reply-{n}", f"{e.id} {e.peer_id}") for n, e in enumerate(shown, 1)),
            files,
            self._rest("more", report, len(shown), private=False) if left else None,
        )

    def opening(self, report: Report, *, note: str = "", asked_by: str = "") -> Message:
        return self.answer(report, note=note, asked_by=asked_by).opening

    def thread(self, report: Report, opening: Message) -> Answer:
        return replace(self.answer(report), opening=opening)

    def private(
        self,
        report: Report,
        *,
        messages: int,
        note: str = "",
        start: SavedLookup | None = None,  # noqa: ARG002
    ) -> tuple[Message, ...]:
        words = f"{note} Room standup: {len(report.failures)} terminal"
        opening = simple("opening", words, *reopening(report, private=True))
        rest = simple("reply-1", " ".join(e.id for e in report.failures) or "no failures")
        return (opening, rest)[:messages]

    def more(self, report: Report, saved_lookup: SavedLookup) -> Message:
        at = saved_lookup.shown
        event = report.failures[at]
        shown = self._rest(f"more-{event.id}", report, at + 1, private=saved_lookup.private)
        return simple(shown.part, f"{event.id} {event.peer_id}", *_buttons(shown))

    def recovered(self, report: Report) -> tuple[Message, ...]:
        return tuple(simple(f"recovered-{n}", f"{e.id} ended") for n, e in _numbered(report))

    def timeline(self, report: Report) -> tuple[Message, ...]:
        return tuple(simple(f"timeline-{n}", f"{e.id} drawn") for n, e in _numbered(report))

    def error_chart(self, report: Report) -> Message | None:
        if self.chart_fails:
            raise RuntimeError(report.lookup_id)
        return None

    def reply(self, report: Report) -> Message:
        return simple("reply", f"Dear customer of {len(report.events)} events")

    def evidence(self, report: Report) -> Message:
        return simple("evidence", f"Evidence of {len(report.events)} events")

    def it_note(self, report: Report) -> Message:
        return simple("it-note", f"Allow these, {report.lookup_id}")

    def details(self, report: Report, story_id: str) -> tuple[Message, ...]:
        return (simple("details-1", f"Details of {story_id} in {len(report.events)} events"),)

    def packet(self, report: Report) -> tuple[Message, File]:
        file = File("packet.json", "Packet", json.dumps([event.id for event in report.events]))
        return simple("packet", f"Packet of {len(report.events)} events"), file

    def packet_json(self, report: Report) -> Message:
        return simple("packet-json", self.packet(report)[1].content)

    def note(self, note: str) -> Message:
        return simple("elsewhere", note)

    def placeholder(
        self,
        question: LookupQuery,  # noqa: ARG002
        reference: str,
        now: datetime | None = None,  # noqa: ARG002
    ) -> Message:
        return simple("looking", f"Looking up … ({reference})")

    def progress(self, progress: Progress, reference: str) -> Message:
        return simple("opening", f"So far {progress.fetched} of {progress.total} ({reference})")

    def waiting(self, reason: str, reference: str) -> Message:
        return simple("waiting", f"{reason} ({reference})")

    def error(self, error: BotError, reference: str) -> Message:
        text = f"{error.headline}: {error.cause} {error.next_step} (Reference {reference})"
        return simple("error", text)

    def unconfirmed(self, told: str, value: str, reference: str) -> Message:
        buttons = [button("refresh", "Refresh", value)] if value else []
        return simple("missing", f"{told} (Reference {reference})", *buttons)

    def settings(
        self,
        settings: ChannelSettings,
        workspaces: Sequence[str],
        *,
        changed: bool,
        names: Names = Names.FULL,
        shared: bool = False,
    ) -> Message:
        words = "private" if settings.private else "public"
        return simple(
            "settings",
            f"Settings: {words} {names} {shared} {settings.since} {list(workspaces)} {changed}",
        )

    def loosened(self, user: str, settings: ChannelSettings) -> Message:
        return simple("loosened", f"<@{user}> loosened {settings.private} {settings.names}")

    def help_(self) -> Message:
        return simple("help", "How to ask: /call-errors <id>")

    def choices(self, choices: Choices, reference: str, *, private: bool = False) -> Message:
        buttons = [
            button(f"choose-{n}", choice_label(c), json.dumps({"q": c.value, "private": private}))
            for n, c in enumerate(choices.candidates)
        ]
        return simple("choices", f"Which one? ({reference})", *buttons)

    def modal(
        self,
        choices: Choices | None,
        *,
        private_metadata: str,
        note: str = "",
        conversation: bool,
        initial: str = "",  # noqa: ARG002
    ) -> dict[str, Any]:
        blocks: list[dict[str, Any]] = [section(note)] if note else []
        element: dict[str, Any] = {"type": "plain_text_input", "action_id": "text"}
        optional = bool(choices and choices.candidates)
        blocks.append(_input("what", "What", element, optional=optional))
        if choices and choices.candidates:
            options = [
                {"text": {"type": "plain_text", "text": c.label}, "value": c.value}
                for c in choices.candidates
            ]
            picked = {"type": "radio_buttons", "action_id": "pick", "options": options}
            blocks.append(_input("which", "Which", picked, optional=True))
        if conversation:
            select = {
                "type": "conversations_select",
                "action_id": "where",
                "response_url_enabled": True,
            }
            blocks.append(_input("where", "Where", select, optional=True))
        return {
            "type": "modal",
            "callback_id": "diagnose_form",
            "title": {"type": "plain_text", "text": "Diagnose a call"},
            "submit": {"type": "plain_text", "text": "Look up"},
            "private_metadata": private_metadata,
            "blocks": blocks,
        }

    def home(self, facts: HomeFacts) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "home", "blocks": [section("How to ask")]}

    def _rest(self, part: str, report: Report, shown: int, *, private: bool) -> Message:
        left = len(report.failures) - shown
        if not left:
            return simple(part, "That was the last one.")
        after = report.failures[shown - 1].id if shown else None
        handle = from_report(report, after=after, shown=shown, private=private)
        return simple(part, f"{left} more", button("show_more", "Show more", encode(handle)))


def _numbered(report: Report) -> Iterator[tuple[int, ErrorEvent]]:
    return enumerate(report.events, start=1)


def _buttons(message: Message) -> list[dict[str, Any]]:
    return [e for b in message.blocks if b["type"] == "actions" for e in b["elements"]]


def _input(block_id: str, label: str, element: dict[str, Any], *, optional: bool) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": label},
        "element": element,
        "optional": optional,
    }


def references() -> Any:
    """Return a function that makes references: CD-AAAAAA22, CD-AAAAAA23 and so on."""
    numbers = itertools.count(222222)
    return lambda: f"CD-AB{next(numbers)}"
