"""The outputs of the workflow step: an answer as plain values for the steps after it."""

from bot.domain.diagnosis import Diagnosis
from bot.domain.privacy.addresses import redact_for_output
from bot.domain.report import Report
from bot.domain.text import clean, clip
from bot.render.answer.headline import headline_of, is_unsure, unread_nouns
from bot.render.filters import inert

MAX_OUTPUT = 3_000
"""Characters of one output: what a message or a form of a later step accepts."""


def step_outputs(report: Report, letter: str) -> dict[str, str | bool | int]:
    """Return the outputs of a diagnosed report; `permalink` is "" until an answer is posted.

    `letter` is the reply to the customer. Raises ValueError without a diagnosis.
    """
    diagnosis = report.diagnosis
    if diagnosis is None:
        raise ValueError(report.lookup_id)
    return {
        "sentence": output_text(headline_of(report, diagnosis)),
        "verdict": diagnosis.verdict.cls,
        "likely": is_unsure(diagnosis),
        "people_affected": diagnosis.people.affected,
        "next_step": output_text(_next_step(report, diagnosis)),
        "customer_reply": output_text(letter),
        "reference": report.lookup_id,
        "permalink": "",
    }


def output_text(text: str) -> str:
    """Return outside text for an output, or for an error: nobody can be mentioned with it."""
    return clip(inert(redact_for_output(clean(text, lines=True))), MAX_OUTPUT)


def _next_step(report: Report, diagnosis: Diagnosis) -> str:
    """Return the steps that an opening shows, each begun with who takes it; "" if there is none."""
    return "" if unread_nouns(report, diagnosis) else "\n".join(diagnosis.focus.verdict.next_steps)
