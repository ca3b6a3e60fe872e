"""Budgets for the text of an opening, from roomy to tight, tried until it fits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextBudget:
    """The number of items of each kind in an opening, and the characters of each.

    The last seven are for a diagnosis: lines of evidence, steps, shares of people.
    """

    causes: int
    types: int
    notes: int
    identifier: int
    title: int
    meaning: int
    todo: int
    note: int
    code: int
    message: int
    evidence: int
    line: int
    steps: int
    changes: int
    shares: int
    label: int
    breakdown: int


BUDGETS = (
    TextBudget(
        causes=3,
        types=6,
        notes=3,
        identifier=80,
        title=80,
        meaning=180,
        todo=200,
        note=200,
        code=50,
        message=90,
        evidence=5,
        line=180,
        steps=3,
        changes=220,
        shares=4,
        label=44,
        breakdown=260,
    ),
    TextBudget(
        causes=3,
        types=6,
        notes=2,
        identifier=60,
        title=60,
        meaning=110,
        todo=130,
        note=160,
        code=50,
        message=50,
        evidence=4,
        line=130,
        steps=2,
        changes=150,
        shares=3,
        label=36,
        breakdown=170,
    ),
    TextBudget(
        causes=2,
        types=4,
        notes=1,
        identifier=36,
        title=44,
        meaning=70,
        todo=80,
        note=90,
        code=36,
        message=0,
        evidence=3,
        line=90,
        steps=2,
        changes=90,
        shares=2,
        label=24,
        breakdown=90,
    ),
)
"""From roomy to tight; with the last budget an opening fits whatever the data."""
