"""Votes on answers: was the answer right, and which cause was the true one?

The accuracy of the diagnosis is counted from them. A vote holds no name: the reference and the
verdict of an answer, and the Slack id of the voter.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from bot.domain.diagnosis import VerdictClass
from bot.domain.errors import NotAllowed

Choice = Literal["right", "wrong"]
VERDICT_CLASSES: tuple[VerdictClass, ...] = get_args(VerdictClass)
_MAX_REFERENCE = 40


@dataclass(frozen=True, slots=True)
class Ballot:
    """The value of a feedback button: the answer that is voted on, and the vote.

    `verdict` and `confidence` are those of the answer as it stands above the button. `lookup` is
    the look-up packed by `bot.domain.saved_lookup.encode_short`; "" if it does not fit or must not
    be shown.
    """

    vote: Choice
    reference: str
    verdict: VerdictClass
    confidence: float
    lookup: str = ""


def encode_ballot(ballot: Ballot) -> str:
    """Return the ballot as a button's value."""
    return json.dumps(asdict(ballot), ensure_ascii=False, separators=(",", ":"))


def decode_ballot(text: str) -> Ballot:
    """Return the ballot in a button's value. Raises NotAllowed if it is not one of ours."""
    try:
        return _parse_ballot(json.loads(text))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise NotAllowed(
            "That button belongs to an older answer that I can't read any more.",
            next_step="Ask again for a new answer.",
        ) from error


def _parse_ballot(facts: Mapping[str, object]) -> Ballot:
    vote, reference, verdict = facts["vote"], facts["reference"], facts["verdict"]
    confidence, lookup = facts["confidence"], facts.get("lookup", "")
    if vote not in get_args(Choice) or verdict not in VERDICT_CLASSES:
        raise ValueError(facts)
    if not isinstance(reference, str) or not isinstance(lookup, str):
        raise TypeError(facts)
    if not 0 < len(reference) <= _MAX_REFERENCE or not (reference + lookup).isprintable():
        raise ValueError(facts)
    if type(confidence) not in (int, float) or not math.isfinite(confidence):  # type: ignore[arg-type]
        raise TypeError(facts)
    return Ballot(vote, reference, verdict, float(confidence), lookup)  # type: ignore[arg-type]
