"""The timeline in a terminal: the same lanes of letters as in Slack, with colour beside them."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from bot.cli.screen import words
from bot.cli.verdict import MARKS
from bot.domain.diagnosis import Diagnosis
from bot.domain.report import Report
from bot.render.filters import UNKNOWN
from bot.render.lanes import LABEL, LEGEND, SIGNS, drawing_of, lanes_of
from bot.render.timeline import gravest, stretches

LANES = 20


def timeline(report: Report, diagnosis: Diagnosis) -> RenderableType:
    """The gravest stretch of trouble, worst people first."""
    runs = list(stretches(diagnosis.stories))
    if not runs:
        return Text(f"\nTimeline: nothing to draw, {UNKNOWN}\n")
    lanes = lanes_of(gravest(runs), report.sessions)
    lines = [words("\nTimeline", style="bold"), *map(_coloured, drawing_of(lanes[:LANES]))]
    lines += [words(line, style="dim") for line in (*LEGEND, *_rest(len(lanes), len(runs)))]
    return Group(*lines, Text())


def _coloured(line: str) -> Text:
    label, row = line[:LABEL], line[LABEL:]
    told = words(label)
    for char in row:
        told.append(char, style=_STYLES.get(char, ""))
    return told


def _rest(people: int, runs: int) -> Iterator[str]:
    if people > LANES:
        yield f"{people - LANES:,} more people not drawn"
    if runs > 1:
        yield f"{runs - 1:,} other stretches of trouble not drawn"


_STYLES = {sign: MARKS[outcome][1] for outcome, sign in SIGNS.items()} | {"~": "red", ".": "dim"}
