"""A report in the terminal: the opening and a table of failures on one screen, or all of it.

All of it adds the evidence, the causes, the timeline and each failure. The timeline has the same
lanes of letters as in Slack, with colour beside them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.cli.screen import printable_text, rich_text
from bot.domain.catalogue import Catalogue, Entry
from bot.domain.device import device_line
from bot.domain.diagnosis import Diagnosis, Outcome, Story
from bot.domain.errors import BotError
from bot.domain.events import ErrorEvent
from bot.domain.report import Report
from bot.domain.target import Choices
from bot.render.choices import choice_label, choice_lead
from bot.render.filters import UNKNOWN
from bot.render.phrases import narrowing_words, safe_text
from bot.render.timeline import (
    LABEL,
    LEGEND,
    SIGNS,
    build_lanes,
    draw_lanes,
    gravest_run,
    stretches,
)

SCREEN_LINES, SCREEN_WIDTH = 30, 80
"""Most lines and columns of the summary."""
MOST_OPENING = 18
"""Most lines of the opening in the summary."""
SHORT_COLUMNS = {"When (UTC)": 15, "Who": 16, "End": 11}
"""Widths of the summary's columns; "What" takes the rest."""
STORIES_SHOWN = 25
"""Failures listed; the rest is counted, and `--json` holds all."""

OUTCOME_STYLES: dict[Outcome, tuple[str, str]] = {
    "gave_up": ("✗ failed", "bold red"),
    "blocked": ("■ blocked", "bold red"),
    "left": ("← left", "yellow"),
    "recovered": ("✓ recovered", "green"),
    "unknown": ("? unknown", "yellow"),
}
"""A sign and a word beside each colour, for people who cannot tell the colours apart."""


def evidence_lines(diagnosis: Diagnosis) -> RenderableType:
    """Return the evidence for the verdict, and an update that may help."""
    verdict = diagnosis.verdict
    lines = [rich_text(f"  - {line}") for line in verdict.evidence]
    if verdict.update:
        lines.append(rich_text(f"  - May help: {verdict.update}"))
    if verdict.doubt:
        lines.append(rich_text(f"  - Doubt: {verdict.doubt}", style="dim"))
    heading = [rich_text("\nEvidence", style="bold")] if lines else []
    return Group(*heading, *lines, Text())


def story_table(diagnosis: Diagnosis) -> RenderableType:
    """Return a table with one row for each failure, consequences under their cause."""
    table = Table(box=None, padding=(0, 2, 0, 0), title="Failures", title_justify="left")
    for heading in ("When (UTC)", "Who", "What", "End", "Because"):
        table.add_column(heading, overflow="fold")
    rows = list(_stories_with_symptoms(diagnosis))
    for depth, story in rows[:STORIES_SHOWN]:
        mark, style = OUTCOME_STYLES[story.outcome]
        what = f"{'  └ ' * depth}{story.explanation.entry.title} ({story.code or 'no code'})"
        table.add_row(
            rich_text(_time_words(story)),
            rich_text(_person_label(story)),
            rich_text(what),
            rich_text(mark, style=style),
            rich_text(story.evidence),
        )
    if len(rows) <= STORIES_SHOWN:
        return table
    return Group(
        table, rich_text(f"… and {len(rows) - STORIES_SHOWN:,} more failures", style="dim")
    )


def _stories_with_symptoms(diagnosis: Diagnosis) -> Iterator[tuple[int, Story]]:
    for story in diagnosis.stories:
        if story.symptom_of is None:
            yield 0, story
            for symptom in diagnosis.symptoms_of(story.id):
                yield 1, symptom


def _person_label(story: Story) -> str:
    person = story.person
    return safe_text(next(iter(person.names), None) or person.user_id) or "unnamed participant"


LANES = 20


def timeline_view(report: Report, diagnosis: Diagnosis) -> RenderableType:
    """Return the worst stretch of trouble, the people with the worst outcomes first."""
    runs = list(stretches(diagnosis.stories))
    if not runs:
        return Text(f"\nTimeline: nothing to draw, {UNKNOWN}\n")
    lanes = build_lanes(gravest_run(runs), report.sessions)
    lines = [rich_text("\nTimeline", style="bold"), *map(_colour_line, draw_lanes(lanes[:LANES]))]
    lines += [
        rich_text(line, style="dim") for line in (*LEGEND, *_omission_lines(len(lanes), len(runs)))
    ]
    return Group(*lines, Text())


def _colour_line(line: str) -> Text:
    label, row = line[:LABEL], line[LABEL:]
    text = rich_text(label)
    for char in row:
        text.append(char, style=_STYLES.get(char, ""))
    return text


def _omission_lines(people: int, runs: int) -> Iterator[str]:
    if people > LANES:
        yield f"{people - LANES:,} more people not shown"
    if runs > 1:
        yield f"{runs - 1:,} other times with failures not shown"


_STYLES = {sign: OUTCOME_STYLES[outcome][1] for outcome, sign in SIGNS.items()} | {
    "~": "red",
    ".": "dim",
}


CAUSES_SHOWN = 5
"""Causes shown; the rest is counted."""

FAILURES_SHOWN = 20
"""Terminal failures shown in full; the rest is counted, and `--json` holds all."""

USAGE = """\
call-doctor lookup "<anything>" [--full] [--json]

  daily-standup since 7d              a room by its name, the last seven days
  66ac5e989b41849dde50f549            a room or a session by its id
  marta in one-bad-user               one person in a room
  58ddb219-e3de-41f6-9511-a0bdf06823ef in sample-join   a peer, its room if you know it
  https://acme.app.100ms.live/...     a join link or a dashboard link
  CD-7K2M9QXP                         an answer that was posted in Slack, by its reference

Options in the text: since 2h, yesterday, 14:00-15:00 IST, type join"""


def show_summary(console: Console, report: Report, opening: Sequence[str]) -> None:
    """Print the lines of the opening, and a table of as many failures as fit on the screen.

    It takes at most `SCREEN_LINES` lines of `SCREEN_WIDTH` columns.
    """
    width = min(console.width, SCREEN_WIDTH)
    lines = [
        row
        for number, text in enumerate(opening)
        for row in rich_text(text, style="" if number else "bold").wrap(console, width)
    ]
    if len(lines) > MOST_OPENING:
        # The last lines say how much was read.
        lines = [*lines[: MOST_OPENING - 3], rich_text("…", style="dim"), *lines[-2:]]
    for line in lines:
        console.print(line, width=width)
    diagnosis = report.diagnosis
    stories = [s for s in diagnosis.stories if s.symptom_of is None] if diagnosis else []
    if stories:
        console.print()
        console.print(_short_table(stories, SCREEN_LINES - len(lines) - 4, width), width=width)
    hint = "--full prints the timeline and each failure. " if stories else ""
    console.print(rich_text(f"{hint}Reference: {report.lookup_id}", style="dim"), width=width)


def _short_table(stories: list[Story], rows: int, width: int) -> RenderableType:
    """Return one line for each failure, those that did not recover first, the latest first."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    rest = width - sum(SHORT_COLUMNS.values()) - len(SHORT_COLUMNS) - 1
    for heading in ("When (UTC)", "Who", "What", "End"):
        columns = SHORT_COLUMNS.get(heading, rest)
        table.add_column(heading, no_wrap=True, overflow="ellipsis", width=columns)
    ordered = sorted(stories, key=lambda story: (story.outcome == "recovered", -_seconds(story)))
    for story in ordered[:rows]:
        mark, style = OUTCOME_STYLES[story.outcome]
        table.add_row(
            rich_text(_time_words(story)),
            rich_text(_person_label(story)),
            rich_text(f"{story.explanation.entry.title} ({story.code or 'no code'})"),
            rich_text(mark, style=style),
        )
    if len(stories) <= rows:
        return table
    return Group(table, rich_text(f"… and {len(stories) - rows:,} more failures", style="dim"))


def _seconds(story: Story) -> float:
    return story.first_at.timestamp() if story.timed else 0.0


def _time_words(story: Story) -> str:
    return f"{story.first_at:%d %b %H:%M:%S}" if story.timed else UNKNOWN


def show_report(console: Console, report: Report, catalogue: Catalogue, gist: str) -> None:
    """Print the whole report below the gist."""
    console.print()
    first, _, rest = gist.partition("\n")
    console.print(rich_text(first, style="bold"))
    if rest:
        console.print(rich_text(rest))
    if report.diagnosis:
        console.print(evidence_lines(report.diagnosis))
    if report.events:
        console.print(_counts(report))
        console.print(_causes(report, catalogue))
    if report.diagnosis and report.diagnosis.stories:
        console.print(story_table(report.diagnosis))
        console.print(timeline_view(report, report.diagnosis))
    for renderable in _failures(report, catalogue):
        console.print(renderable)
    console.print(_footer(report))


def show_error(console: Console, error: BotError, reference: str) -> None:
    """Print headline, cause, next step and reference."""
    console.print(rich_text(error.headline, style="bold red"))
    console.print(rich_text(error.cause))
    console.print(rich_text(f"What to do: {error.next_step}"))
    console.print(rich_text(f"Reference: {reference}", style="dim"))


def show_choices(console: Console, choices: Choices) -> None:
    """Print each candidate with the text that asks for it alone."""
    if choices.near and choices.note:
        console.print(rich_text(choices.note))
    console.print(rich_text(choice_lead(choices), style="bold"))
    for candidate in choices.candidates:
        created = f", {candidate.created_at:%Y-%m-%d %H:%M UTC}" if candidate.created_at else ""
        console.print(
            rich_text(f"  {safe_text(candidate.value)}", style="cyan"),
            rich_text(f"    {choice_label(candidate)}{created}"),
        )
    if choices.note and not choices.near:
        console.print(rich_text(choices.note))


def show_help(console: Console) -> None:
    """Print what can be asked."""
    console.print(rich_text(USAGE))


def _counts(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("Type")
    table.add_column("Events", justify="right")
    table.add_column("Terminal", justify="right")
    for kind, count in report.by_type.items():
        style = "" if count.events else "dim"
        terminal = rich_text(f"{count.terminal:,}", style="bold red" if count.terminal else "dim")
        table.add_row(
            rich_text(kind, style=style), rich_text(f"{count.events:,}", style=style), terminal
        )
    return table


def _causes(report: Report, catalogue: Catalogue) -> RenderableType:
    entries = [(catalogue.explain(event).entry, event) for event in report.events]
    counts = Counter(entry.key for entry, _ in entries)
    examples = {entry.key: (entry, event) for entry, event in entries}
    lines: list[RenderableType] = [rich_text("\nMost frequent", style="bold")]
    for key, number in counts.most_common(CAUSES_SHOWN):
        lines += _cause(*examples[key], number)
    if len(counts) > CAUSES_SHOWN:
        lines.append(rich_text(f"… and {len(counts) - CAUSES_SHOWN} more kinds", style="dim"))
    return Group(*lines)


def _cause(entry: Entry, event: ErrorEvent, number: int) -> list[RenderableType]:
    code = f" ({event.error_code})" if event.error_code else ""
    return [
        Text.assemble(
            (f"  {number:,} x ", "bold"), (printable_text(f"{entry.title}{code}"), "yellow")
        ),
        rich_text(f"      {entry.meaning}"),
        rich_text(f"      Next: {entry.advice}"),
    ]


def _failures(report: Report, catalogue: Catalogue) -> Iterator[RenderableType]:
    failures = report.failures
    for event in failures[:FAILURES_SHOWN]:
        yield _failure(event, catalogue)
    if len(failures) > FAILURES_SHOWN:
        yield rich_text(
            f"… and {len(failures) - FAILURES_SHOWN:,} more terminal failures: --json holds all."
        )


def _failure(event: ErrorEvent, catalogue: Catalogue) -> Panel:
    entry = catalogue.explain(event).entry
    name, user_id = safe_text(event.user_name), safe_text(event.user_id)
    who = f"{name or 'no name'}, user {user_id or 'not reported'}"
    rows: Sequence[tuple[str, str | None]] = (
        ("when", f"{event.at:%d %b %Y %H:%M:%S} UTC" if event.timed else UNKNOWN),
        ("who", f"{who}, role {safe_text(event.role)}" if event.role else who),
        (
            "error",
            (
                f"{event.error_code or '-'} {safe_text(event.error_name)}: "
                f"{safe_text(event.error_message)}"
            ),
        ),
        ("detail", safe_text(event.error_description)),
        ("means", entry.meaning),
        ("next", entry.advice),
        ("device", device_line(event.agent, event.domain)),
        ("peer", safe_text(event.peer_id)),
        ("session", safe_text(event.session_id)),
        ("event", safe_text(event.id)),
    )
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for label, value in rows:
        if value:
            grid.add_row(label, rich_text(value))
    return Panel(grid, title=rich_text(f"{event.type} · {entry.title}"), title_align="left")


def _footer(report: Report) -> Group:
    completeness = report.completeness
    total = f"{completeness.total:,}" if completeness.total is not None else "an unknown number of"
    line = (
        f"{completeness.fetched:,} of {total} events, as of {report.as_of:%H:%M:%S} UTC, "
        "30 days kept"
    )
    if part := narrowing_words(report):
        line = f"{len(report.events):,} events in {part}, out of {line}"
    style = "green" if completeness.complete else "bold red"
    lines = [
        rich_text(f"\n{line}" if completeness.complete else f"\nIncomplete: {line}", style=style)
    ]
    lines += [rich_text(note) for note in (*completeness.notes, *report.notes)]
    return Group(*lines, rich_text(f"Reference: {report.lookup_id}", style="dim"))
