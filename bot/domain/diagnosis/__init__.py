"""The diagnosis: people, failure stories, outcomes with proof, and a verdict from error events.

It is pure, rule-based and reproducible: the same facts in any order, repeated or split, give the
same diagnosis. Thresholds and their reasons are in `thresholds`.
"""

from bot.domain.diagnosis.input import DiagnosisInput
from bot.domain.diagnosis.model import (
    Diagnosis,
    GroupCount,
    Impact,
    NoErrorsFound,
    Outcome,
    Person,
    Story,
    Verdict,
    VerdictClass,
)
from bot.domain.diagnosis.pipeline import diagnose

__all__ = [
    "Diagnosis",
    "DiagnosisInput",
    "GroupCount",
    "Impact",
    "NoErrorsFound",
    "Outcome",
    "Person",
    "Story",
    "Verdict",
    "VerdictClass",
    "diagnose",
]
