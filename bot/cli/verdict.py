"""The diagnosis in a terminal: whose fault, why, what to do; then each failure and its end."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.cli.screen import shown, words
from bot.domain.diagnosis import Diagnosis, Outcome, Story
from bot.render.filters import UNKNOWN
from bot.render.words import free

SHOWN = 25
"""Failures listed; the rest is counted, and `--json` holds all."""

MARKS: dict[Outcome, tuple[str, str]] = {
    "gave_up": ("✗ gave up", "bold red"),
    "blocked": ("■ blocked", "bold red"),
    "left": ("← left", "yellow"),
    "recovered": ("✓ recovered", "green"),
    "unknown": ("? unknown", "yellow"),
}
"""Shape and word beside the colour, for whoever cannot tell the colours apart."""


def verdict_lines(diagnosis: Diagnosis) -> RenderableType:
    """The verdict with its evidence, what to do, and what would change it."""
    verdict = diagnosis.verdict
    head = f"{verdict.cls.replace('_', ' ')}, {verdict.sureness} confidence ({verdict.confidence})"
    lines = [Text.assemble(("Verdict: ", "bold"), (shown(head), "yellow")), words(verdict.words)]
    lines += [words(f"  - {line}") for line in verdict.evidence]
    lines += [words(f"  Next: {step}") for step in verdict.next_steps]
    if verdict.update:
        lines.append(words(f"  May help: {verdict.update}"))
    if verdict.changes_if:
        lines.append(words(f"  Would change it: {verdict.changes_if}", style="dim"))
    return Group(*lines, Text())


def story_table(diagnosis: Diagnosis) -> RenderableType:
    """One line for each failure, consequences under their cause."""
    table = Table(box=None, padding=(0, 2, 0, 0), title="Failures", title_justify="left")
    for heading in ("When (UTC)", "Who", "What", "End", "Because"):
        table.add_column(heading, overflow="fold")
    rows = list(_in_order(diagnosis))
    for depth, story in rows[:SHOWN]:
        mark, style = MARKS[story.outcome]
        what = f"{'  └ ' * depth}{story.explanation.entry.title} ({story.code or 'no code'})"
        table.add_row(
            words(f"{story.first_at:%m-%d %H:%M:%S}" if story.timed else UNKNOWN),
            words(_who(story)),
            words(what),
            words(mark, style=style),
            words(story.evidence),
        )
    if len(rows) <= SHOWN:
        return table
    return Group(table, words(f"… and {len(rows) - SHOWN:,} more failures", style="dim"))


def _in_order(diagnosis: Diagnosis) -> Iterator[tuple[int, Story]]:
    for story in diagnosis.stories:
        if story.symptom_of is None:
            yield 0, story
            for symptom in diagnosis.symptoms_of(story.id):
                yield 1, symptom


def _who(story: Story) -> str:
    person = story.person
    return free(next(iter(person.names), None) or person.user_id) or "somebody unnamed"
