"""Things that may have been meant, ready for buttons or a list to choose from."""

import json
from dataclasses import dataclass
from typing import Any

from bot.domain.privacy.addresses import redact
from bot.domain.target import Candidate, Choices
from bot.render.filters import utc
from bot.render.limits import BUTTON_VALUE_MOST, shorten
from bot.render.phrases import safe_text

MOST = 10
_LABEL, _NOTE = 300, 1000


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """One candidate. `button` is its button's value, "" if that would not fit one."""

    kind: str
    label: str
    made: str
    value: str
    button: str


def choice_facts(
    choices: Choices, *, private: bool = False, value_most: int = BUTTON_VALUE_MOST
) -> dict[str, Any]:
    """Up to ten candidates, how many are left out, and the note."""
    fitting = list({one.value: one for one in choices.candidates}.values())
    fitting = [one for one in fitting if 0 < len(one.value) <= value_most and _is_open(one.value)]
    shown = fitting[:MOST]
    return {
        "candidates": [_offer(one, private=private) for one in shown],
        "left": len({one.value for one in choices.candidates}) - len(shown),
        "note": shorten(safe_text(choices.note), _NOTE),
    }


def _is_open(value: str) -> bool:
    """False for an id with an address in it: everybody can read what a button remembers."""
    return redact(value) == value


def _offer(one: Candidate, *, private: bool) -> ChoiceButton:
    value = json.dumps({"q": one.value, "private": private}, ensure_ascii=False)
    return ChoiceButton(
        kind=one.kind,
        label=shorten(safe_text(one.label) or one.value, _LABEL),
        made=f"created {utc(one.created_at)}" if one.created_at else "creation time not known",
        value=one.value,
        button=value if len(value) + 5 * value.count("<") <= BUTTON_VALUE_MOST else "",
    )
