"""The reply for the customer: calm words by cause, platform and outcome, without any internals."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.domain.diagnosis import Diagnosis, Story, VerdictClass
from bot.domain.diagnosis.next_steps import is_native_app
from bot.domain.diagnosis.thresholds import SURE
from bot.domain.diagnosis.wording import partial_words
from bot.domain.report import Report
from bot.domain.text import clean
from bot.render.answer.headline import unread_of
from bot.render.answer.side_features import side_problem
from bot.render.limits import brief
from bot.render.message import Message
from bot.render.templates import MessageTemplates, every_template, find_templates

FOLDER = "replies"
_LETTER, _OTHER = "letter.j2", "other.j2"
_ADVICE, _LETTER_MOST, _REASONS = 240, 3_500, 3
_PROBLEMS = {
    "client.connect.failed": "Joining the call did not work",
    "client.join.failed": "Joining the call did not work",
    "client.disconnected": "The connection to the call was lost",
    "client.publish.failed": "Your sound or picture did not reach the others",
    "client.subscribe.failed": "Sound and picture of the others did not arrive",
}
_DEVICE = "Camera, microphone or screen could not be used"
_SOMETHING = "Something in the call did not work"
_PLACES = {
    "web": " in the browser",
    "android": " in the Android app",
    "ios": " in the iPhone or iPad app",
}
_NEAT = re.compile(r"\n{3,}")


class ReplyTemplates:
    """The editable templates of replies, each class by a file of its name."""

    def __init__(self, folder: Path | None) -> None:
        folders = [one / FOLDER for one in (folder, find_templates()) if one]
        # Plain text, checked and escaped as a whole when it enters a message.
        environment = Environment(  # noqa: S701
            loader=FileSystemLoader(folders),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._templates = every_template(environment)

    def letter(self, kind: VerdictClass | Literal["unread"], **facts: object) -> str:
        """The whole letter as plain text; `unread` where too little could be read to explain."""
        chosen = self._templates.get(f"{kind}.j2") or self._templates[_OTHER]
        body = chosen.render(facts).strip()
        return self._templates[_LETTER].render(body=body).strip()


def reply_message(composer: MessageTemplates, letters: ReplyTemplates, report: Report) -> Message:
    """The letter in a block to copy; `reply` is its part."""
    diagnosis = report.diagnosis
    if diagnosis is None:
        note = f"Look-up {report.lookup_id}: the cause is not known yet, so there is no reply."
        return composer.message("elsewhere", "reply", note=note)
    kind = "unread" if _is_unread(report, diagnosis) else diagnosis.verdict.cls
    text = letters.letter(kind, **_facts(report, diagnosis))
    lines = (clean(line) for line in text.splitlines())
    letter = _NEAT.sub("\n\n", "\n".join(lines))[:_LETTER_MOST]
    return composer.message(
        "customer",
        "reply",
        letter=letter,
        guess=diagnosis.verdict.confidence < SURE and kind != "unread",
        partial=partial_words(unread_of(report, diagnosis)).strip(),
        reference=report.lookup_id,
    )


def _is_unread(report: Report, diagnosis: Diagnosis) -> bool:
    """True if what a letter of the class says may be refuted by what could not be read."""
    return bool(unread_of(report, diagnosis)) and diagnosis.verdict.confidence < SURE


def _facts(report: Report, diagnosis: Diagnosis) -> dict[str, object]:
    people = diagnosis.people
    ended = people.failed_for_good or people.unclear or unread_of(report, diagnosis)
    behind = _behind(diagnosis)
    platforms = Counter(story.platform for story in behind).most_common(1)
    place = _PLACES.get(platforms[0][0], "") if platforms else ""
    return {
        "problem": _problem(diagnosis, behind),
        "place": place,
        "app": bool(behind) and all(map(is_native_app, behind)),
        "recovered": bool(people.recovered) and not ended,
        "people": people.affected,
        "advice": _advice(diagnosis, behind),
    }


def _behind(diagnosis: Diagnosis) -> list[Story]:
    """The stories behind the verdict, those that did not go away if there are any."""
    cls = diagnosis.verdict.cls
    people = [one for one in diagnosis.stories if not one.bot]
    mine = [one for one in people if diagnosis.classes.get(one.id) == cls]
    mine = mine or [one for one in people if one.symptom_of is None] or people
    return [one for one in mine if one.failed_for_good] or mine


def _problem(diagnosis: Diagnosis, behind: Iterable[Story]) -> str:
    """What most of them saw."""
    found = Counter(_problem_of(diagnosis, one) for one in behind)
    return found.most_common(1)[0][0] if found else _SOMETHING


def _problem_of(diagnosis: Diagnosis, story: Story) -> str:
    if story.feature:
        return side_problem(story.feature)
    if story.type == "client.publish.failed" and diagnosis.classes.get(story.id) == "device":
        return _DEVICE
    return _PROBLEMS.get(story.type, _SOMETHING)


def _advice(diagnosis: Diagnosis, behind: Iterable[Story]) -> str:
    """What the catalogue lets support say: of the commonest failure, of several if mixed."""
    found = Counter(one.explanation.entry.say for one in behind)
    most = _REASONS if diagnosis.verdict.cls == "mixed" else 1
    return " ".join(brief(say, _ADVICE) for say, _ in found.most_common(most))
