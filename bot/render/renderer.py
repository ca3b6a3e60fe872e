"""The renderer: what the bot knows, as Slack messages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.errors import BotError
from bot.domain.privacy.personal_names import Names, is_contact
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.records.channel_settings import ChannelSettings
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup
from bot.domain.target import Choices, Progress
from bot.render.answer.answer import AnswerBuilder
from bot.render.channel_settings import loosened_message, settings_message
from bot.render.choices import choice_facts
from bot.render.customer_reply import ReplyTemplates, reply_message
from bot.render.error_chart import error_chart_message
from bot.render.filters import EMPTY
from bot.render.help import EXAMPLES, KINDS, WORDS
from bot.render.limits import OPTION_VALUE_MOST, shorten
from bot.render.message import Answer, File, Message
from bot.render.phrases import safe_text
from bot.render.progress import progress_message
from bot.render.recovered import rest_messages
from bot.render.support_packet import packet_json_message, packet_message
from bot.render.templates import MessageTemplates
from bot.render.timeline import timeline_messages

DASHBOARD = "https://dashboard.100ms.live"
_CLUES, _CLUE = 5, 60


class Renderer:
    """Makes every message and view of the bot. Holds no state but its compiled templates.

    `templates_dir` replaces the templates that come with the bot; `dashboard` is where links to
    session pages lead. Raises Misconfigured if there are no templates.
    """

    def __init__(
        self, catalogue: Catalogue, templates_dir: Path | None = None, *, dashboard: str = DASHBOARD
    ) -> None:
        self._composer = MessageTemplates(templates_dir)
        self._letters = ReplyTemplates(templates_dir)
        self._answers = AnswerBuilder(self._composer, catalogue, dashboard.rstrip("/"))
        self._help = self._composer.message("help", "help", **_usage())

    def answer(self, report: Report, *, note: str = "") -> Answer:
        """A whole answer for a channel: opening, replies, and a way to what is beyond."""
        return self._answers.public(report, note)

    def private(
        self, report: Report, *, messages: int, note: str = "", start: SavedLookup | None = None
    ) -> tuple[Message, ...]:
        """The answer in at most `messages` messages without a thread, the opening first.

        With `start` only failures after it are shown, without an opening.
        """
        return self._answers.private(report, messages, note, start)

    def more(self, report: Report, handle: SavedLookup) -> Message:
        """The next reply after `handle.after`, with a new button if failures remain."""
        return self._answers.more(report, handle)

    def recovered(self, report: Report) -> tuple[Message, ...]:
        """The failures that went away or whose end is not known, each with its proof."""
        return rest_messages(self._composer, report)

    def timeline(self, report: Report) -> tuple[Message, ...]:
        """Who had trouble when, drawn in lanes by person."""
        return timeline_messages(self._composer, report)

    def reply(self, report: Report) -> Message:
        """A calm text for the customer, ready to be copied."""
        return reply_message(self._composer, self._letters, report)

    def error_chart(self, report: Report) -> Message | None:
        """Errors over time against people in the room; None if it is no matter of the room."""
        return error_chart_message(self._composer, report)

    def packet(self, report: Report) -> tuple[Message, File]:
        """Ids, times, versions and codes for 100ms support: as text, and whole as JSON."""
        return packet_message(self._composer, report)

    def packet_json(self, report: Report) -> Message:
        """The packet's JSON as text, cut to a message, for where no file can be attached."""
        return packet_json_message(self._composer, report)

    def placeholder(self, question: LookupQuery, reference: str) -> Message:
        """That the look-up began."""
        clues = [_shown(clue, question) for clue in question.clues[:_CLUES]]
        facts = {"clues": clues, "private": question.private, "reference": reference}
        return self._composer.message("looking", "looking", **facts)

    def progress(self, progress: Progress, reference: str) -> Message:
        """The opening as long as events are read."""
        return progress_message(self._composer, progress, reference)

    def waiting(self, reason: str, reference: str) -> Message:
        """What a look-up waits for, in a sentence."""
        told = shorten(safe_text(reason), 300)
        return self._composer.message("waiting", "waiting", reason=told, reference=reference)

    def error(self, error: BotError, reference: str) -> Message:
        """What went wrong, why, and what to do."""
        return self._composer.message(
            "error",
            "error",
            headline=safe_text(error.headline),
            cause=safe_text(error.cause),
            next_step=safe_text(error.next_step),
            reference=reference,
        )

    def unconfirmed(self, told: str, value: str, reference: str) -> Message:
        """Which parts may be missing, with a `Refresh` button that remembers `value`, if any."""
        words = shorten(safe_text(told), 1000)
        return self._composer.message(
            "missing", "missing", told=words, value=value, reference=reference
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
        """What a channel wants of the answers in it, and how to change that.

        `names` is what holds there, also if nobody set it; `shared` tells of another company.
        """
        return settings_message(
            self._composer, settings, workspaces, changed=changed, names=names, shared=shared
        )

    def loosened(self, user: str, settings: ChannelSettings) -> Message:
        """For a channel: who made its answers show more, or to more people."""
        return loosened_message(self._composer, user, settings)

    def help_(self) -> Message:
        """What can be typed."""
        return self._help

    def choices(self, choices: Choices, reference: str, private: bool = False) -> Message:  # noqa: FBT001,FBT002
        """A "Look up" button for each of up to ten things that may have been meant."""
        facts = choice_facts(choices, private=private)
        return self._composer.message("choices", "choices", reference=reference, **facts)

    def modal(
        self,
        choices: Choices | None,
        *,
        private_metadata: str,
        note: str = "",
        conversation: bool,
        initial: str = "",
    ) -> dict[str, Any]:
        """The form that asks; with `choices` it lets a person choose.

        Answers arrive as `choice.value` (a candidate's value), `target.value` (text) and, with
        `conversation`, `where.value` (a conversation's id).
        """
        facts = choice_facts(choices or Choices(()), value_most=OPTION_VALUE_MOST)
        facts["note"] = note or facts["note"]
        return self._composer.render_json(
            "modal",
            private_metadata=private_metadata,
            conversation=conversation,
            initial=initial[:3000],
            **facts,
        )

    def home(self) -> dict[str, Any]:
        """The Home tab's view."""
        return self._composer.render_json("home", **_usage())

    def note(self, note: str) -> Message:
        """Why an answer comes by another way than asked."""
        told = shorten(safe_text(note), 1000) or "The answer comes by another way."
        return self._composer.message("elsewhere", "elsewhere", note=told)


def _usage() -> Mapping[str, Sequence[object]]:
    return {"examples": EXAMPLES, "words": WORDS, "kinds": KINDS}


def _shown(clue: Identifier, question: LookupQuery) -> str:
    """A clue as the asker typed it; but a room code lets anybody in, so it is not repeated.

    Nor is an e-mail or phone, where others may read it and names are not shown.
    """
    open_names = question.names in (None, Names.FULL) or question.private
    if not open_names and is_contact(clue.value):
        return "somebody"
    if clue.kind is IdentifierKind.CODE:
        return "a room code"
    return shorten(safe_text(clue.value), _CLUE) or EMPTY
