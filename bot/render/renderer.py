"""The renderer: turns the bot's results into Slack messages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.channel_settings import ChannelSettings
from bot.domain.diagnosis import VerdictClass
from bot.domain.diagnosis.wording import VERDICTS
from bot.domain.difference import Difference
from bot.domain.errors import BotError
from bot.domain.privacy.personal_names import Names, is_contact
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.report import Report, Surroundings
from bot.domain.saved_lookup import SavedLookup
from bot.domain.status_page import StatusFinding
from bot.domain.target import Choices, Progress
from bot.domain.votes import MAX_NOTE, VERDICT_CLASSES, Accuracy, accuracy_words, cause_words
from bot.domain.watching.state import ThreadLine
from bot.domain.watching.watch import Watch
from bot.render.answer.answer import AnswerBuilder
from bot.render.answer.people import meant_words
from bot.render.answer.standing import difference_message, progress_message, taken_button
from bot.render.answer.ticket import TicketSystems, step_outputs, ticket_message
from bot.render.answer.watch import WatchMessage, line_message, watch_message, watches_message
from bot.render.channel_settings import loosened_message, settings_message
from bot.render.choices import choice_facts
from bot.render.error_chart import error_chart_message
from bot.render.evidence import evidence_message, it_note_message
from bot.render.filters import EMPTY, window_words
from bot.render.help import EXAMPLES, KINDS, WORDS, HomeFacts, home_view
from bot.render.limits import MAX_OPTION_VALUE, shorten
from bot.render.listings import recovered_messages, timeline_messages
from bot.render.message import Answer, File, Message
from bot.render.phrases import safe_text
from bot.render.replies.form import ReplyForms
from bot.render.replies.letter import ReplyTexts
from bot.render.support_packet import packet_json_message, packet_message
from bot.render.templates import MessageTemplates

DASHBOARD = "https://dashboard.100ms.live"
_MAX_IDENTIFIERS, _MAX_IDENTIFIER = 5, 60


class Renderer:
    """Makes every message and view of the bot. Its only state is its templates.

    A template is compiled at its first use, unless `compile_templates` compiled it before.

    `templates_dir` replaces the templates that come with the bot; `dashboard` is the base address
    of links to session pages, and `reply_language` the one that replies to customers begin with.
    `tickets` are the systems that an answer can be handed over to.
    Raises Misconfigured if there are no templates.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        templates_dir: Path | None = None,
        *,
        dashboard: str = DASHBOARD,
        reply_language: str = "en",
        tickets: TicketSystems | None = None,
    ) -> None:
        self._templates = MessageTemplates(templates_dir)
        texts = ReplyTexts(templates_dir, reply_language, catalogue)
        self.reply_forms = ReplyForms(self._templates, texts)
        self._catalogue = catalogue
        self._tickets = tickets or TicketSystems()
        self._answers = AnswerBuilder(
            self._templates, catalogue, dashboard.rstrip("/"), self._tickets
        )

    def compile_templates(self) -> None:
        """Compile all templates, so that a mistake in one shows now and no first answer waits."""
        self._templates.compile_all()

    def answer(self, report: Report, *, note: str = "", asked_by: str = "") -> Answer:
        """Return a whole answer for a channel: opening, replies, and a way to the rest.

        `asked_by` names the asker of a command, whose question nobody else sees.
        """
        return self.thread(report, self.opening(report, note=note, asked_by=asked_by))

    def opening(self, report: Report, *, note: str = "", asked_by: str = "") -> Message:
        """Return the opening of an answer for a channel, without the rest."""
        return self._answers.opening(report, note, asked_by)

    def thread(self, report: Report, opening: Message) -> Answer:
        """Return a whole answer with an opening that stands."""
        return self._answers.thread(report, opening)

    def difference(
        self,
        report: Report,
        *,
        difference: Difference | None,
        since: datetime,
        with_sentence: bool,
    ) -> Message:
        """Return the line on what changed since an earlier answer, for its thread."""
        return difference_message(
            self._templates, report, difference, since=since, with_sentence=with_sentence
        )

    def line(self, part: str, words: str) -> Message:
        """Return one line of text."""
        text = shorten(safe_text(words), 1000)
        return self._templates.message("line", part, words=text, rest="", button=None)

    def taken_line(self, part: str, words: str, action_id: str, value: str) -> Message:
        """Return one line on who takes care of an answer, with the button that undoes it."""
        button = taken_button(action_id, value)
        text = shorten(safe_text(words), 1000)
        return self._templates.message("line", part, words=text, rest="", button=button)

    def surroundings(self, report: Report, surroundings: Surroundings) -> Message:
        """Return what was read around a failure, with the first sentence if that changes it."""
        return self._answers.surroundings(report, surroundings)

    def new_incident(self, finding: StatusFinding, reference: str) -> Message:
        """Return the incident that appeared on the status page after an answer."""
        return self._answers.new_incident(finding, reference)

    def private(self, report: Report, *, messages: int, note: str = "") -> tuple[Message, ...]:
        """Return the opening and the table of failures, without a thread.

        They are one message if `messages` is 1.
        """
        return self._answers.private(report, messages, note)

    def more(self, report: Report, saved_lookup: SavedLookup) -> Message:
        """Return the reply after `saved_lookup.after`, with a new button if failures remain."""
        return self._answers.more(report, saved_lookup)

    def recovered(self, report: Report) -> tuple[Message, ...]:
        """Return the failures that went away or whose end is not known, by what happened."""
        return recovered_messages(self._templates, self._catalogue, report)

    def timeline(self, report: Report) -> tuple[Message, ...]:
        """Return what happened to whom, in order of time, as a table."""
        return timeline_messages(self._templates, self._catalogue, report)

    def reply(self, report: Report) -> Message:
        """Return a reply to the customer, ready to be copied."""
        return self.reply_forms.letter(report)

    def evidence(self, report: Report) -> Message:
        """Return the numbers behind the answer, as a table."""
        return evidence_message(self._templates, report)

    def details(self, report: Report, story_id: str) -> tuple[Message, ...]:
        """Return what the thread says about the person that a failure belongs to."""
        return self._answers.details(report, story_id)

    def it_note(self, report: Report) -> Message:
        """Return what the IT department of a network has to allow."""
        return it_note_message(self._templates, report)

    def step_outputs(self, report: Report) -> dict[str, str | bool | int]:
        """Return the outputs of the workflow step."""
        return step_outputs(report, self.reply_forms.letter_text(report))

    def ticket(self, report: Report, key: str) -> Message:
        """Return the link to the form of the ticket system with this key."""
        return ticket_message(self._templates, self._tickets, report, key)

    def error_chart(self, report: Report) -> Message | None:
        """Return a chart of errors over time against people; None if trouble is not room-wide."""
        return error_chart_message(self._templates, report)

    def packet(self, report: Report) -> tuple[Message, File]:
        """Return ids, times, versions and codes for 100ms support: as text, and whole as JSON."""
        return packet_message(self._templates, report)

    def packet_json(self, report: Report) -> Message:
        """Return the packet's JSON as text, cut to a message.

        Used where no file can be attached.
        """
        return packet_json_message(self._templates, report)

    def placeholder(
        self, query: LookupQuery, reference: str, now: datetime | None = None
    ) -> Message:
        """Return the message that the look-up began.

        With `now`, a question that continues an answer says what it is about.
        """
        identifiers = [
            _describe_identifier(identifier, query) for identifier in query.clues[:_MAX_IDENTIFIERS]
        ]
        facts = {
            "clues": identifiers,
            "meant": _meant_words(query, identifiers, now) if query.follow_up and now else "",
            "private": query.private,
            "reference": reference,
        }
        return self._templates.message("looking", "looking", **facts)

    def with_subject(self, message: Message, report: Report) -> Message:
        """Return the message with a line in front on the room or person and the time meant."""
        subject = self._templates.message("subject", message.part, subject=meant_words(report))
        text = f"{subject.text} {message.text}"
        return replace(message, text=text, blocks=(*subject.blocks, *message.blocks))

    def reply_button(
        self, saved_lookup: SavedLookup, value: str, now: datetime, subject: str = ""
    ) -> Message:
        """Return a button, for the asker alone, to the form of a reply about a look-up.

        `subject` says whom or which room it is about, such as `Room storm`; by default the ids do.
        """
        person = saved_lookup.peer_id or saved_lookup.user_id
        if person and is_contact(person):  # names may be hidden here
            person = "A participant"
        room = saved_lookup.room_id
        subject = safe_text(subject or (f"{person} in room {room}" if person else f"Room {room}"))
        window = window_words(saved_lookup.since, saved_lookup.until, now)
        return self._templates.message(
            "reply_button",
            "reply-button",
            subject=f"{subject}, {window}",
            value=value,
            reference=saved_lookup.lookup_id,
        )

    def progress(self, progress: Progress, reference: str) -> Message:
        """Return the opening shown while events are read."""
        return progress_message(self._templates, progress, reference)

    def waiting(self, reason: str, reference: str) -> Message:
        """Return a sentence that says what a look-up waits for."""
        text = shorten(safe_text(reason), 300)
        return self._templates.message("waiting", "waiting", reason=text, reference=reference)

    def error(self, error: BotError, reference: str) -> Message:
        """Return the error: what went wrong, why, and what to do."""
        return self._templates.message(
            "error",
            "error",
            headline=safe_text(error.headline),
            cause=safe_text(error.cause),
            next_step=safe_text(error.next_step),
            reference=reference,
        )

    def unconfirmed(self, reason: str, value: str, reference: str) -> Message:
        """Return which parts may be missing, with a button that asks for `value`, if any."""
        text = shorten(safe_text(reason), 1000)
        return self._templates.message(
            "missing", "missing", told=text, value=value, reference=reference
        )

    def settings(
        self,
        settings: ChannelSettings,
        workspaces: Sequence[str],
        *,
        changed: bool,
        names: Names = Names.FULL,
        shared: bool = False,
    ) -> Message:
        """Return the channel's settings and how to change them.

        `names` is the form of names in use there, also if nobody set it; `shared` is true if
        another company shares the channel.
        """
        return settings_message(
            self._templates, settings, workspaces, changed=changed, names=names, shared=shared
        )

    def loosened(self, user: str, settings: ChannelSettings) -> Message:
        """Return a note for the channel on who made its answers show more, or to more people."""
        return loosened_message(self._templates, user, settings)

    def help_(self) -> Message:
        """Return the help: everything that can be typed."""
        return self._templates.message("help", "help", **_usage())

    def choices(self, choices: Choices, reference: str, *, private: bool = False) -> Message:
        """Return a "Look up" button for each of up to ten things that may have been meant."""
        facts = choice_facts(choices, private=private)
        return self._templates.message("choices", "choices", reference=reference, **facts)

    def modal(
        self,
        choices: Choices | None,
        *,
        private_metadata: str,
        note: str = "",
        conversation: bool,
        initial: str = "",
    ) -> dict[str, Any]:
        """Return the form that asks; with `choices` it lets a person choose.

        Answers arrive as `choice.value` (a candidate's value), `target.value` (text) and, with
        `conversation`, `where.value` (a conversation's id).
        """
        facts = choice_facts(choices or Choices(()), max_value=MAX_OPTION_VALUE)
        facts["note"] = note or facts["note"]
        return self._templates.render_json(
            "modal",
            private_metadata=private_metadata,
            conversation=conversation,
            initial=initial[:3000],
            **facts,
        )

    def home(self, facts: HomeFacts) -> dict[str, Any]:
        """Return the view of a person's Home tab."""
        return home_view(self._templates, facts)

    def feedback_form(self, private_metadata: str) -> dict[str, Any]:
        """Return the form that asks for the true cause of a wrong answer.

        Answers arrive as `cause.value` (a verdict class) and `note.value` (text).
        """
        causes = [(cause_words(cause), cause) for cause in VERDICT_CLASSES]
        return self._templates.render_json(
            "feedback_form", private_metadata=private_metadata, causes=causes, max_note=MAX_NOTE
        )

    def vote_stored(self, reference: str, cause: VerdictClass | None) -> Message:
        """Return the line that confirms a vote; `cause` is the true cause of a wrong answer."""
        verdict = f"wrong, the true cause: {VERDICTS[cause].noun}" if cause else "right"
        text = (
            f"Your vote on `{reference}` is stored: {verdict}. Press a button again to change it."
        )
        return self._templates.message("elsewhere", "vote", note=text)

    def accuracy(self, accuracy: Accuracy, since: datetime | None = None) -> Message:
        """Return how often the answers since then were right, by class if votes are enough."""
        lead, share = accuracy_words(accuracy)
        rows = [
            (cause_words(one.verdict), one.right, one.judged)
            for one in accuracy.classes
            if accuracy.enough
        ]
        return self._templates.message(
            "accuracy", "accuracy", lead=lead, share=share, rows=rows, since=since
        )

    def watch(self, facts: WatchMessage) -> Message:
        """Return the message of a watch in its channel."""
        return watch_message(self._templates, facts)

    def watch_line(self, facts: WatchMessage, line: ThreadLine, part: str) -> Message:
        """Return a line for the thread of a watch."""
        return line_message(self._templates, facts, line, part)

    def watches(self, watches: Sequence[tuple[Watch, str]], *, everywhere: bool) -> Message:
        """Return the list of watches, each with its target in words."""
        return watches_message(self._templates, watches, everywhere=everywhere)

    def note(self, note: str) -> Message:
        """Return the reason why an answer comes by another way than asked."""
        text = shorten(safe_text(note), 1000) or "The answer comes by another way."
        return self._templates.message("elsewhere", "elsewhere", note=text)


def _usage() -> Mapping[str, Sequence[object]]:
    return {"examples": EXAMPLES, "words": WORDS, "kinds": KINDS}


def _meant_words(query: LookupQuery, identifiers: Sequence[str], now: datetime) -> str:
    """Return `marta in room 65…, since 14:00 UTC`, as far as it is known before 100ms is read."""
    *people, place = identifiers
    kind = "session" if query.clues[-1].kind is IdentifierKind.SESSION else "room"
    subject = f"{', '.join(people)} in {kind} {place}" if people else f"{kind.title()} {place}"
    window = window_words(query.since, query.until, now)
    return f"{subject[:1].upper()}{subject[1:]}, {window}"


def _describe_identifier(identifier: Identifier, query: LookupQuery) -> str:
    """Return an identifier as the asker typed it, except where it must not be repeated.

    A room code lets anybody in, so it is never repeated. An e-mail or phone is not repeated where
    others may read it and names are not shown.
    """
    is_own = query.private and not query.follow_up  # nobody else reads what the asker typed
    shows_names = query.names in (None, Names.FULL) or is_own
    is_person = identifier.kind is IdentifierKind.PERSON or is_contact(identifier.value)
    if not shows_names and is_person:
        return "somebody"
    if identifier.kind is IdentifierKind.CODE:
        return "a room code"
    return shorten(safe_text(identifier.value), _MAX_IDENTIFIER) or EMPTY
