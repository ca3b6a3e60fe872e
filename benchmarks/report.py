"""docs/performance.md: the measured part is written anew, what people wrote is kept."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import ROOT
from benchmarks.rows.beside import Beside
from benchmarks.sizes import Sizes
from benchmarks.table import Row

PAGE = ROOT / "docs" / "performance.md"
BEGIN = "<!-- measured: written by scripts/bench -->"
END = "<!-- /measured -->"

_BESIDE = (
    "The same look-up of a real room of {events} events, evenly over five types, in the same run, "
    "against the same pretend ends. Times are those of the person who asks: from the command in "
    "Slack, or from the start of the program in the terminal; medians of {repeats}."
)


_HEAD = ("", "| measure | to reach | measured | reached | parts |", "|---|---|---|---|---|")


def measured(lines: Sequence[Row | Beside], sizes: Sizes, machine: str, date: str) -> str:
    """All tables in Markdown, with where and when."""
    rows = [line for line in lines if isinstance(line, Row)]
    beside = [line for line in lines if isinstance(line, Beside)]
    return "\n".join(
        [
            f"Measured on {date}. {machine}.",
            *_HEAD,
            *(row.line() for row in rows if not row.more),
            "",
            "Kind rooms, parts of the above, and what else is watched:",
            *_HEAD,
            *(row.line() for row in rows if row.more),
            "",
            "## Beside what one would use instead",
            "",
            _BESIDE.format(events=f"{sizes.events:,}", repeats=sizes.repeats),
            "",
            "| delay of each call | program | first sentence | whole answer | peak memory |",
            "|---|---|---|---|---|",
            *(one.line() for one in sorted(beside, key=lambda one: one.delay)),
        ]
    )


def write(part: str, page: Path = PAGE) -> None:
    """Put the measured part between its marks. ValueError if the page has none."""
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for what was measured")
    page.write_text(f"{before}{BEGIN}\n\n{part}\n\n{END}{after}")
