"""docs/performance.md: the measured part is written anew, what people wrote is kept."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.processes import ROOT
from benchmarks.rows.beside import Beside
from benchmarks.rows.growth import Grown
from benchmarks.rows.replicas import Replicated
from benchmarks.sizes import Sizes
from benchmarks.table import Row, seconds

PAGE = ROOT / "docs" / "performance.md"
BEGIN = "<!-- measured: written by scripts/bench -->"
END = "<!-- /measured -->"

_BESIDE = (
    "The same look-up of a real room of {events} events, evenly over five types, in the same run, "
    "against the same pretend ends. Times are those of the person who asks: from the command in "
    "Slack, or from the start of the program in the terminal; medians of {repeats}."
)


_GROWTH = (
    "`lookup --json` of real rooms, {delay} a call, process start included, medians of {repeats} "
    "(one look-up where there are more events than in the base). "
    "The base is {events:,} events of {people:,} people in {sessions} session; one number is "
    "varied. A line is the straight one of the least relative error, and how far off it is at most."
)
_REPLICAS = (
    "{questions} questions at once of different small rooms, given to the replicas in turn, "
    "{delay} a call, all on one machine. Questions that are refused are asked again five seconds "
    "later; the acknowledgements of refusals count. Database time is that in which PostgreSQL ran "
    "a statement (`active_time` of `pg_stat_database`), start and end of the replicas included."
)
_REPLICAS_HEAD = (
    "\n| replicas | answers a second | acknowledgements, p99 | refusals | "
    "database time a question | commits a question |"
)
Line = Row | Beside | Grown | Replicated
_HEAD = ("", "| measure | to reach | measured | reached | parts |", "|---|---|---|---|---|")


def measured(lines: Sequence[Line], sizes: Sizes, machine: str, date: str) -> str:
    """All tables in Markdown, with where and when."""
    rows = [line for line in lines if isinstance(line, Row)]
    return "\n".join(
        [
            f"Measured on {date}. {machine}.",
            *_HEAD,
            *(row.line() for row in rows if not row.more),
            "",
            "Kind rooms, parts of the above, and what else is watched:",
            *_HEAD,
            *(row.line() for row in rows if row.more),
            *_beside([line for line in lines if isinstance(line, Beside)], sizes),
            *_growth([line for line in lines if isinstance(line, Grown)], sizes),
            *_replicas([line for line in lines if isinstance(line, Replicated)], sizes),
        ]
    )


def _beside(lines: Sequence[Beside], sizes: Sizes) -> list[str]:
    return [
        "\n## Beside what one would use instead\n",
        _BESIDE.format(events=f"{sizes.events:,}", repeats=sizes.repeats),
        "\n| delay of each call | program | first sentence | whole answer | peak memory |",
        "|---|---|---|---|---|",
        *(line.line() for line in sorted(lines, key=lambda line: line.delay)),
    ]


def _growth(lines: Sequence[Grown], sizes: Sizes) -> list[str]:
    return [
        "\n## Where it grows\n",
        _GROWTH.format(delay=seconds(sizes.delay), repeats=sizes.repeats, **asdict(sizes.base)),
        "\n| varied | number | seconds | CPU | peak memory | calls |",
        "|---|---|---|---|---|---|",
        *(line.line() for line in lines),
    ]


def _replicas(lines: Sequence[Replicated], sizes: Sizes) -> list[str]:
    return [
        "\n## Replicas\n",
        _REPLICAS.format(questions=sizes.questions, delay=seconds(sizes.delay)),
        _REPLICAS_HEAD,
        "|---|---|---|---|---|---|",
        *(line.line() for line in lines),
    ]


def write(part: str, page: Path = PAGE) -> None:
    """Put the measured part between its marks. ValueError if the page has none."""
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for what was measured")
    page.write_text(f"{before}{BEGIN}\n\n{part}\n\n{END}{after}")
