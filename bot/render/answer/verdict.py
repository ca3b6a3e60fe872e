"""The diagnosis in an opening: verdict with evidence, people affected, next steps, the rest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.device import PLATFORM_WORDS
from bot.domain.diagnosis import Diagnosis, GroupCount, VerdictClass
from bot.domain.report import Report
from bot.domain.text import clip
from bot.render.answer.buttons import ButtonRow, button_row
from bot.render.answer.headline import (
    has_open_end,
    has_open_side,
    headline_of,
    unclear_words,
    unread_nouns,
)
from bot.render.answer.side_features import side_label
from bot.render.answer.text_budget import TextBudget
from bot.render.answer.thread_entries import recovered_or_unknown
from bot.render.filters import count
from bot.render.limits import brief, shorten
from bot.render.phrases import NEXT_ACTOR, safe_text

CLASS_WORDS: dict[VerdictClass, str] = {
    "user_network": "the person's own network",
    "shared_network": "a network that several people share",
    "device": "the person's device or its permissions",
    "environment": "browser, system or page",
    "app": "your app (token, role or use of the SDK)",
    "account": "your 100ms account or room settings",
    "service": "100ms itself",
    "mixed": "several unrelated causes",
    "none": "nobody's fault",
    "unknown": "cannot be told",
}
_GROUP_LABELS = {**PLATFORM_WORDS, "windows": "Windows", "macos": "macOS", "linux": "Linux"}


@dataclass(frozen=True, slots=True)
class DiagnosisSection:
    """A diagnosis in words; "" means nothing to say. `colour` is an emoji's name.

    `spread` are lines on who else is affected; `cannot_prove` is set if nothing was found.
    """

    lead: str
    colour: str
    cls: str
    sureness: str
    evidence: tuple[str, ...]
    changes: str
    steps: tuple[str, ...]
    turn: str
    people: str
    spread: tuple[str, ...]
    rest: str
    update: str
    cannot_prove: str
    buttons: ButtonRow | None


def diagnosis_section(
    report: Report, budget: TextBudget, *, private: bool
) -> DiagnosisSection | None:
    """Return the diagnosis in words, clipped to `budget`; None before there is one."""
    diagnosis = report.diagnosis
    if diagnosis is None:
        return None
    verdict, nothing = diagnosis.verdict, diagnosis.nothing
    open_side = has_open_side(diagnosis)
    return DiagnosisSection(
        lead=headline_of(report, diagnosis),
        colour=_colour(report, diagnosis),
        cls="cannot be told yet" if open_side else CLASS_WORDS[verdict.cls],
        sureness=f"{verdict.sureness} confidence ({verdict.confidence:.2f})",
        evidence=_evidence(diagnosis, budget),
        changes=brief(verdict.changes_if, budget.changes),
        steps=tuple(brief(step, budget.todo) for step in verdict.next_steps[: budget.steps]),
        turn=NEXT_ACTOR["unknown" if open_side else verdict.cls],
        people=_people_text(report, diagnosis),
        spread=tuple(clip(line, budget.breakdown) for line in _breakdown_lines(diagnosis, budget)),
        rest=_recovered_text(diagnosis),
        update=brief(safe_text(verdict.update), budget.changes),
        cannot_prove=brief(nothing.cannot_prove, budget.meaning) if nothing else "",
        buttons=button_row(report, private=private),
    )


def _colour(report: Report, diagnosis: Diagnosis) -> str:
    closed = not diagnosis.stories and diagnosis.verdict.cls == "account"
    if diagnosis.people.failed_for_good or closed:
        return "red_circle"
    healthy = not diagnosis.stories and diagnosis.verdict.cls == "none"
    calm = healthy and not unread_nouns(report, diagnosis)
    return "large_green_circle" if calm else "large_yellow_circle"


def _evidence(diagnosis: Diagnosis, budget: TextBudget) -> tuple[str, ...]:
    """Return the first lines of evidence, and the last, which says if there were few people."""
    lines = [line for line in diagnosis.verdict.evidence if not _is_proviso(diagnosis, line)]
    if len(lines) > budget.evidence:
        lines = [*lines[: budget.evidence - 1], lines[-1]]
    return tuple(shorten(safe_text(line), budget.line) for line in lines)


def _is_proviso(diagnosis: Diagnosis, line: str) -> bool:
    """Return True for the line on what cannot be proved, which has a line of its own."""
    return diagnosis.nothing is not None and line == diagnosis.nothing.cannot_prove


def _people_text(report: Report, diagnosis: Diagnosis) -> str:
    people, is_known = diagnosis.people, diagnosis.people.in_room is not None
    if not people.affected:
        read = "" if report.completeness.complete else " in what could be read"
        if not is_known and not people.seen:
            return f"none{read} (how many were in the room could not be read)"
        return f"none{read} ({'' if is_known else 'at least '}{people.seen:,} seen in the room)"
    text = f"{'at least ' * people.least}{people.affected:,}"
    if people.in_room is not None:
        text += f" of {people.in_room:,} in the room"
    ends = [
        f"{number:,} {words}"
        for number, words in (
            (people.failed_for_good, "failed" if has_open_end(diagnosis) else "failed for good"),
            (people.recovered, "recovered"),
            (people.unclear, side_label(diagnosis) or unclear_words(diagnosis)),
        )
        if number
    ]
    text = f"{text} ({', '.join(ends)})" if ends else text
    return text if is_known else f"{text}; how many were in the room could not be read"


def _breakdown_lines(diagnosis: Diagnosis, budget: TextBudget) -> Iterator[str]:
    """Yield what sets the affected people apart.

    Examples are a role that is hit harder, one platform, version or path, and earlier calls.
    """
    people = diagnosis.people
    whole = people.in_room is not None and not people.least
    if people.affected and len(people.by_role) > 1 and whole:
        roles = sorted(people.by_role, key=lambda share: (-share.affected, share.label))
        yield f"By role: {_shares_text(roles, budget)}"
    if people.affected > 1:
        groups = (people.by_platform, people.by_os, people.by_sdk_version, people.by_path)
        breakdown = "; ".join(_shares_text(group, budget) for group in groups if group)
        if breakdown:
            yield f"Among people with errors: {breakdown}"
    earlier_calls = _earlier_calls_text(diagnosis)
    if earlier_calls:
        yield earlier_calls


def _shares_text(shares: Sequence[GroupCount], budget: TextBudget) -> str:
    """Return `host 2 of 4, guest 0 of 37`, or `3 Windows, 1 macOS` if no total is known."""
    texts = [_share_text(share, budget) for share in shares[: budget.shares]]
    omitted = len(shares) - len(texts)
    return ", ".join([*texts, f"{omitted:,} more"] if omitted > 0 else texts)


def _share_text(share: GroupCount, budget: TextBudget) -> str:
    label = clip(safe_text(_GROUP_LABELS.get(share.label, share.label)), budget.label)
    if share.total is None:
        return f"{share.affected:,} {label}"
    return f"{label} {share.affected:,} of {share.total:,}"


def _earlier_calls_text(diagnosis: Diagnosis) -> str:
    """Return whether the people had errors before, within the 30 days that 100ms keeps."""
    calls = [number for _, number in diagnosis.people.failed_calls]
    before = [number for number in calls if number > 1]
    if len(calls) == 1:
        if not before:
            return "First call with errors of this person here in 30 days"
        return f"Call number {before[0]:,} with errors of this person here in 30 days"
    if before:
        return f"{count(len(before), 'person', 'people')} had errors in several calls here"
    return ""


def _recovered_text(diagnosis: Diagnosis) -> str:
    """Return the recovered and unknown rest in one line."""
    stories = recovered_or_unknown(diagnosis)
    counts = Counter(story.outcome for story in stories)
    if not counts:
        return ""
    parts = []
    if counts["recovered"]:
        parts.append(f"{count(counts['recovered'], 'failure', 'failures')} recovered")
    if counts["unknown"]:
        parts.append(f"{counts['unknown']:,} without a sign of how it ended")
    text = ", ".join(parts)
    consequences = sum(story.symptom_of is not None for story in stories)
    if consequences:
        text += f" ({consequences:,} of them as a consequence of another failure)"
    return text
