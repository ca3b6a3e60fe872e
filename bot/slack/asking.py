"""From words to a question, or to what is said instead of an answer."""

from dataclasses import dataclass

from bot.domain.errors import UnreadableQuestion
from bot.domain.question import Kind, Question
from bot.domain.reading import read_question
from bot.render.message import Message
from bot.slack.tools import Tools

MOST = 20_000  # characters; Slack's own input takes fewer


@dataclass(frozen=True, slots=True)
class Understood:
    """A question with its reference; `reply` when there is nothing to look up."""

    reference: str
    question: Question
    reply: Message | None = None


def understand(tools: Tools, text: str, expect: Kind | None = None) -> Understood:
    """Read a question. `reply` is for the asker alone: help, or what could not be read."""
    reference = tools.references()
    if not text.strip():
        return Understood(reference, Question(help=True), tools.renderer.help_())
    question = read_question(text[:MOST], tools.clock(), expect=expect)
    return Understood(reference, question, _reply(tools, question, reference))


def trouble_with(question: Question) -> UnreadableQuestion | None:
    """Why this question cannot be looked up; None if it can."""
    if question.complaint:
        return UnreadableQuestion(question.complaint)
    return None if question.clues else UnreadableQuestion()


def _reply(tools: Tools, question: Question, reference: str) -> Message | None:
    if question.help:
        return tools.renderer.help_()
    trouble = trouble_with(question)
    return tools.renderer.error(trouble, reference) if trouble else None
