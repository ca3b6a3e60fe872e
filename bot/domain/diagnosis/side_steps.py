"""Steps where only a side feature failed: its own, since the call itself needs none (R17a)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.diagnosis.advice import AGAIN
from bot.domain.diagnosis.model import Verdict
from bot.domain.diagnosis.story import Story

_MOST_STEPS = 3
_CHANGE = "It would be the call itself if others did not see or hear the person either: ask them."


def in_side_words(verdict: Verdict, behind: Sequence[Story]) -> Verdict:
    """The verdict with the features' own steps, if every failure behind it is of a side feature.

    The usual steps of a class (permissions, tokens, another network) would not fit an effect or a
    playlist.
    """
    if not behind or not all(one.feature for one in behind):
        return verdict
    steps = Counter(one.explanation.entry.do for one in sorted(behind, key=lambda one: one.id))
    own = tuple(step for step, _ in steps.most_common(_MOST_STEPS))
    again = tuple(step for step in verdict.next_steps if step == AGAIN)
    return replace(verdict, next_steps=(*again, *own), changes_if=_CHANGE)
