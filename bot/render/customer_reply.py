"""The reply for the customer: calm words by cause, platform and outcome, without internals."""

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
from bot.render.answer.headline import unread_nouns
from bot.render.answer.side_features import side_problem
from bot.render.limits import brief
from bot.render.message import Message
from bot.render.templates import MessageTemplates, find_templates, load_templates

FOLDER = "replies"
_LETTER, _OTHER = "letter.j2", "other.j2"
_MAX_ADVICE, _MAX_LETTER, _MAX_REASONS = 240, 3_500, 3
_PROBLEMS = {
    "client.connect.failed": "Joining the call did not work",
    "client.join.failed": "Joining the call did not work",
    "client.disconnected": "The connection to the call was lost",
    "client.publish.failed": "Your sound or picture did not reach the others",
    "client.subscribe.failed": "Sound and picture of the others did not arrive",
}
_DEVICE_PROBLEM = "Camera, microphone or screen could not be used"
_UNKNOWN_PROBLEM = "Something in the call did not work"
_PLACES = {
    "web": " in the browser",
    "android": " in the Android app",
    "ios": " in the iPhone or iPad app",
}
_BLANK_LINES = re.compile(r"\n{3,}")


class ReplyTemplates:
    """The editable templates of replies; each verdict class has a file of its name."""

    def __init__(self, folder: Path | None) -> None:
        folders = [base / FOLDER for base in (folder, find_templates()) if base]
        # Plain text; the message that includes it escapes it as a whole.
        environment = Environment(  # noqa: S701
            loader=FileSystemLoader(folders),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._templates = load_templates(environment)

    def render(self, kind: VerdictClass | Literal["unread"], **facts: object) -> str:
        """Return the whole letter as plain text; use `unread` if too little was read to explain."""
        template = self._templates.get(f"{kind}.j2") or self._templates[_OTHER]
        body = template.render(facts).strip()
        return self._templates[_LETTER].render(body=body).strip()


def reply_message(templates: MessageTemplates, replies: ReplyTemplates, report: Report) -> Message:
    """Return a message with the letter in a block to copy; its part is `reply`."""
    diagnosis = report.diagnosis
    if diagnosis is None:
        note = f"Look-up {report.lookup_id}: the cause is not known yet, so there is no reply."
        return templates.message("elsewhere", "reply", note=note)
    kind = "unread" if _is_unread(report, diagnosis) else diagnosis.verdict.cls
    text = replies.render(kind, **_facts(report, diagnosis))
    lines = (clean(line) for line in text.splitlines())
    letter = _BLANK_LINES.sub("\n\n", "\n".join(lines))[:_MAX_LETTER]
    return templates.message(
        "customer",
        "reply",
        letter=letter,
        guess=diagnosis.verdict.confidence < SURE and kind != "unread",
        partial=partial_words(unread_nouns(report, diagnosis)).strip(),
        reference=report.lookup_id,
    )


def _is_unread(report: Report, diagnosis: Diagnosis) -> bool:
    """Return True if data that could not be read may refute the letter of the verdict's class."""
    return bool(unread_nouns(report, diagnosis)) and diagnosis.verdict.confidence < SURE


def _facts(report: Report, diagnosis: Diagnosis) -> dict[str, object]:
    people = diagnosis.people
    unresolved = people.failed_for_good or people.unclear or unread_nouns(report, diagnosis)
    stories = _verdict_stories(diagnosis)
    platforms = Counter(story.platform for story in stories).most_common(1)
    place = _PLACES.get(platforms[0][0], "") if platforms else ""
    return {
        "problem": _problem(diagnosis, stories),
        "place": place,
        "app": bool(stories) and all(map(is_native_app, stories)),
        "recovered": bool(people.recovered) and not unresolved,
        "people": people.affected,
        "advice": _advice(diagnosis, stories),
    }


def _verdict_stories(diagnosis: Diagnosis) -> list[Story]:
    """Return the stories behind the verdict, only those that failed for good if there are any."""
    cls = diagnosis.verdict.cls
    human_stories = [story for story in diagnosis.stories if not story.bot]
    candidates = [story for story in human_stories if diagnosis.classes.get(story.id) == cls]
    candidates = (
        candidates
        or [story for story in human_stories if story.symptom_of is None]
        or human_stories
    )
    return [story for story in candidates if story.failed_for_good] or candidates


def _problem(diagnosis: Diagnosis, stories: Iterable[Story]) -> str:
    """Return the problem that most of the stories' people saw."""
    problems = Counter(_problem_of(diagnosis, story) for story in stories)
    return problems.most_common(1)[0][0] if problems else _UNKNOWN_PROBLEM


def _problem_of(diagnosis: Diagnosis, story: Story) -> str:
    if story.feature:
        return side_problem(story.feature)
    if story.type == "client.publish.failed" and diagnosis.classes.get(story.id) == "device":
        return _DEVICE_PROBLEM
    return _PROBLEMS.get(story.type, _UNKNOWN_PROBLEM)


def _advice(diagnosis: Diagnosis, stories: Iterable[Story]) -> str:
    """Return the catalogue's advice on the commonest failure, or on several if causes are mixed."""
    advice = Counter(story.explanation.entry.say for story in stories)
    most = _MAX_REASONS if diagnosis.verdict.cls == "mixed" else 1
    return " ".join(brief(say, _MAX_ADVICE) for say, _ in advice.most_common(most))
