"""The form *Reply to customer*: for whom, how long, in which language, and the text to edit."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from bot.domain.diagnosis.wording import partial_words
from bot.domain.errors import BotError
from bot.domain.report import Report
from bot.render.answer.headline import unread_nouns
from bot.render.message import Message
from bot.render.phrases import safe_text
from bot.render.replies.facts import UNREAD, Draft, draft_named_in, drafts_of
from bot.render.replies.letter import Length, ReplyTexts
from bot.render.templates import MessageTemplates

_LENGTHS: Mapping[Length, str] = {"long": "Long", "short": "Short"}
_MAX_NOTE = 300


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """The state of an open form: the people to choose from, and what is chosen so far.

    `chosen` is the number of the person in `drafts`, None while nobody is chosen. `note` is a
    remark for the one who writes. `zone` is their time zone, "" if it is not known.
    """

    drafts: tuple[Draft, ...]
    chosen: int | None = None
    language: str = ""
    length: Length = "long"
    note: str = ""
    zone: str = ""

    @property
    def draft(self) -> Draft | None:
        """The draft of the chosen person."""
        return None if self.chosen is None else self.drafts[self.chosen]


def new_form(report: Report, ticket: str, zone: str) -> ReplyForm:
    """Return the form for a report, with the person chosen if it is clear who.

    It is, if one person was affected, or if `ticket`, the text that began the thread, names one.
    """
    drafts, diagnosis = drafts_of(report), report.diagnosis
    named = drafts[0] if len(drafts) == 1 else draft_named_in(drafts, ticket)
    unread = partial_words(unread_nouns(report, diagnosis)).strip() if diagnosis else ""
    return ReplyForm(
        drafts,
        chosen=drafts.index(named) if named else None,
        note=unread,
        zone=zone,
    )


class ReplyForms:
    """Draws the form and what comes of it."""

    def __init__(self, templates: MessageTemplates, texts: ReplyTexts) -> None:
        self._templates = templates
        self._texts = texts

    def loading(self) -> dict[str, Any]:
        """Return the view that stands while the call is read again."""
        return self._templates.render_json("reply_loading", text="Reading the call…")

    def failed(self, error: BotError) -> dict[str, Any]:
        """Return the view in which the form ends if the call could not be read."""
        text = safe_text(f"{error.headline}. {error.cause} {error.next_step}")
        return self._templates.render_json("reply_loading", text=text)

    def view(
        self, form: ReplyForm, now: datetime, zone: tzinfo | None, private_metadata: str
    ) -> dict[str, Any]:
        """Return the form with the letter to the person chosen, if one is."""
        language = form.language if form.language in self._texts.languages else self._texts.default
        draft = form.draft
        letter = self._texts.write(draft, language, form.length, now, zone) if draft else ""
        return self._templates.render_json(
            "reply_form",
            people=[
                (draft.label, f"{number}{draft.to_json()}")
                for number, draft in enumerate(form.drafts)
            ],
            chosen=-1 if form.chosen is None else form.chosen,
            languages=[(one.title, name) for name, one in self._texts.languages.items()],
            language=language,
            lengths=[(label, length) for length, label in _LENGTHS.items()],
            length=form.length,
            letter=letter,
            letter_id=f"letter-{hashlib.sha256(letter.encode()).hexdigest()[:12]}",
            guess=bool(draft and draft.guess and draft.reason != UNREAD),
            note=form.note[:_MAX_NOTE],
            zone=form.zone,
            private_metadata=private_metadata,
        )

    def copy(self, letter: str, reference: str) -> Message:
        """Return the finished letter for the one who wrote it; its part is `reply`."""
        paragraphs = [part for part in letter.split("\n\n") if part.strip()]
        return self._templates.message(
            "reply_copy", "reply", paragraphs=paragraphs, reference=reference
        )

    def letter(self, report: Report) -> Message:
        """Return the long letter to the person most affected, without a form to edit it in.

        Presses that an older release recorded have no form.
        """
        return self.copy(self.letter_text(report), report.lookup_id)

    def letter_text(self, report: Report) -> str:
        """Return the long letter to the person most affected, with times in UTC."""
        draft = drafts_of(report)[0]
        return self._texts.write(draft, self._texts.default, "long", report.as_of, None)
