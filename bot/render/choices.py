"""The candidates of an ambiguous question, ready for buttons or a list."""

import json
from dataclasses import dataclass
from typing import Any

from bot.domain.privacy.addresses import redact
from bot.domain.target import Candidate, Choices
from bot.render.filters import count, utc
from bot.render.limits import MAX_BUTTON_VALUE, shorten
from bot.render.phrases import safe_text

MAX_CHOICES = 10
_LABEL, _NOTE = 300, 1000


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """One candidate. `button` is the value of its button, "" if the value would not fit."""

    kind: str
    label: str
    made: str
    value: str
    button: str


def choice_facts(
    choices: Choices,
    *,
    private: bool = False,
    max_value: int = MAX_BUTTON_VALUE,
) -> dict[str, Any]:
    """Return up to ten candidates, the number of candidates left out, the lead and the note."""
    candidates = list({candidate.value: candidate for candidate in choices.candidates}.values())
    candidates = [
        candidate
        for candidate in candidates
        if 0 < len(candidate.value) <= max_value and _has_no_address(candidate.value)
    ]
    shown = candidates[:MAX_CHOICES]
    return {
        "candidates": [_choice_button(candidate, private=private) for candidate in shown],
        "lead": choice_lead(choices),
        "left": len({candidate.value for candidate in choices.candidates}) - len(shown),
        "note": shorten(safe_text(choices.note), _NOTE),
    }


def _has_no_address(value: str) -> bool:
    """Return False for an id with an address in it: everybody can read a button's value."""
    return redact(value) == value


def choice_lead(choices: Choices) -> str:
    """Return the question about the meaning: `I found 2 rooms. Which one?`."""
    number = len({candidate.value for candidate in choices.candidates})
    if choices.near:
        return "Did you mean this?" if number == 1 else "Did you mean one of these?"
    kinds = {candidate.kind for candidate in choices.candidates}
    noun = f"{kinds.pop()}s" if len(kinds) == 1 else "ids"
    return f"I found {count(number, noun, noun)}. Which one?"


def choice_label(candidate: Candidate) -> str:
    """Return the candidate's words, with the participant's name in front if there is one."""
    return safe_text(f"{candidate.name} {candidate.label}") or candidate.value


def _choice_button(candidate: Candidate, *, private: bool) -> ChoiceButton:
    value = json.dumps({"q": candidate.value, "private": private}, ensure_ascii=False)
    return ChoiceButton(
        kind=candidate.kind,
        label=shorten(choice_label(candidate), _LABEL),
        made=_time_words(candidate),
        value=candidate.value,
        button=value if len(value) + 5 * value.count("<") <= MAX_BUTTON_VALUE else "",
    )


def _time_words(candidate: Candidate) -> str:
    """Return when a room or session was created, or a person joined."""
    word = "joined" if candidate.kind in ("peer", "user") else "created"
    return f"{word} {utc(candidate.created_at)}" if candidate.created_at else "time not known"
