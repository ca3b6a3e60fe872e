"""Votes on answers: was the answer right, and which cause was the true one?

The accuracy of the diagnosis is counted from them. A vote holds no name: the reference and the
verdict of an answer, and the Slack id of the voter.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeGuard, get_args

from bot.domain.diagnosis import VerdictClass
from bot.domain.diagnosis.wording import VERDICTS
from bot.domain.errors import NotAllowed
from bot.domain.privacy.addresses import redact_for_output
from bot.domain.privacy.credentials import hide_credentials
from bot.domain.privacy.personal_names import mask_contacts
from bot.domain.text import clean, clip

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


def is_verdict_class(value: object) -> TypeGuard[VerdictClass]:
    """Return whether the value names one of the ten verdict classes."""
    return value in VERDICT_CLASSES


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
    if vote not in get_args(Choice) or not is_verdict_class(verdict):
        raise ValueError(facts)
    if not isinstance(reference, str) or not isinstance(lookup, str):
        raise TypeError(facts)
    if not 0 < len(reference) <= _MAX_REFERENCE or not (reference + lookup).isprintable():
        raise ValueError(facts)
    if not isinstance(confidence, float | int) or not 0 <= confidence <= 1:
        raise ValueError(facts)
    return Ballot("right" if vote == "right" else "wrong", reference, verdict, confidence, lookup)


MAX_NOTE = 200
"""The most characters of a note."""


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's vote on an answer; a later one replaces it.

    `voter` is Slack's id of the person, `cause` the true cause of a wrong answer, "" if it was
    right. `note` is at most 200 characters, without addresses and contacts (see `clean_note`).
    """

    reference: str
    voter: str
    verdict: VerdictClass
    confidence: float
    right: bool
    cause: VerdictClass | Literal[""] = ""
    note: str = ""


def clean_note(text: str) -> str:
    """Return a typed note as it may be stored: on one line, cut, without addresses and secrets."""
    hidden = mask_contacts(hide_credentials(redact_for_output(text)))
    return clip(clean(hidden), MAX_NOTE)


class VoteStore(Protocol):
    """The votes of the last 400 days. Raises StoreUnreachable."""

    async def cast(self, vote: Vote, answered_at: datetime) -> None:
        """Store the vote in place of the person's earlier one on the same answer."""

    async def accuracy(self, since: datetime | None = None) -> "Accuracy":
        """Return how often the answers since that moment were right."""


ENOUGH_VOTES = 10


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """The judged answers of one verdict class, and how many of them were right."""

    verdict: VerdictClass
    right: int
    judged: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The share of right answers. `votes` counts votes, everything else answers.

    An answer is judged by the votes on its latest verdict that anybody voted on. It is right if
    more than half of them say so.
    """

    answers: int
    votes: int
    classes: tuple[ClassAccuracy, ...] = ()

    @property
    def judged(self) -> int:
        """Return the number of answers with a vote."""
        return sum(one.judged for one in self.classes)

    @property
    def right(self) -> int:
        """Return the number of judged answers that were right."""
        return sum(one.right for one in self.classes)

    @property
    def share(self) -> float:
        """Return the share of answers that were judged, from 0 to 1."""
        return self.judged / self.answers if self.answers else 0.0

    @property
    def enough(self) -> bool:
        """Return whether there are enough votes to say anything."""
        return self.votes >= ENOUGH_VOTES


def accuracy_of(answers: int, votes: Iterable[Vote]) -> Accuracy:
    """Return the accuracy of so many answers by the votes on them, in the order of the votes."""
    by_answer: defaultdict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        by_answer[vote.reference].append(vote)
    judgements = [judgement_of(group) for group in by_answer.values()]
    classes = (
        ClassAccuracy(
            verdict,
            sum(vote.right for vote in judgements if vote.verdict == verdict),
            sum(vote.verdict == verdict for vote in judgements),
        )
        for verdict in VERDICT_CLASSES
    )
    number = sum(map(len, by_answer.values()))
    return Accuracy(answers, number, tuple(one for one in classes if one.judged))


def judgement_of(votes: Sequence[Vote]) -> Vote:
    """Return the vote that stands for all votes on one answer, given in their order.

    It is the last vote of the majority. With as many on either side the answer was not right.
    """
    verdict = votes[-1].verdict
    counted = [vote for vote in votes if vote.verdict == verdict]
    is_right = sum(vote.right for vote in counted) * 2 > len(counted)
    return next(vote for vote in reversed(counted) if vote.right is is_right)


def cause_words(cause: VerdictClass) -> str:
    """Return a verdict class in words, such as `The 100ms service`."""
    noun = VERDICTS[cause].noun
    return noun[0].upper() + noun[1:]


def accuracy_words(accuracy: Accuracy) -> tuple[str, str]:
    """Return how often the answers were right, and how many of them were judged."""
    judged = f"{accuracy.judged:,} of {accuracy.answers:,} answers were judged"
    share = f"{judged} ({accuracy.share:.0%})." if accuracy.answers else "There are no answers yet."
    if accuracy.enough:
        return f"Right in {accuracy.right:,} of {accuracy.judged:,} judged answers.", share
    votes = "1 vote" if accuracy.votes == 1 else f"{accuracy.votes:,} votes"
    return f"Accuracy: not enough votes ({votes}, {ENOUGH_VOTES} are needed).", share
