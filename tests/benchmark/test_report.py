"""The table of docs/performance.md: what is judged, and what is kept."""

from pathlib import Path

import pytest

from benchmarks.checks import names_all, names_events
from benchmarks.report import BEGIN, END, PAGE, measured, write
from benchmarks.rows.beside import Beside
from benchmarks.rows.growth import formula, straight_line
from benchmarks.sizes import SMALL
from benchmarks.table import Row, percentile, ratio, seconds


def test_a_number_is_held_against_its_target() -> None:
    assert ratio("x", 1.25, "", 1.25).reached is True
    assert ratio("x", 1.26, "", 1.25).reached is False
    assert Row("x", 0.7, "0.70", least=0.7).reached is True
    assert Row("x", 0.69, "0.69", least=0.7).reached is False
    assert Row("x", 3.0, "3").reached is None


def test_what_is_not_reached_stands_out() -> None:
    assert "| **no** |" in ratio("x", 2, "a ÷ b", 1).line()
    assert "| yes |" in ratio("x", 1, "a ÷ b", 1).line()


def test_a_program_that_could_not_run_is_named() -> None:
    line = Beside("an app in Node", 0.05, missing="Node is not installed").line()
    assert "an app in Node" in line
    assert "left out: Node is not installed" in line


@pytest.mark.parametrize(
    ("text", "some", "every"),
    [
        ("so far: 100 of 4,312 events", True, False),
        ("4,312 of 4,312 events, as of now", True, True),
        ("Room x: 4,312 events, 3 terminal", True, True),
        ("4,312 error events", True, True),
        ("100 events", False, False),
        ("Reading call errors of 4,312", False, False),
    ],
)
def test_a_true_count_is_recognised(text: str, some: bool, every: bool) -> None:  # noqa: FBT001
    assert names_events(text, 4312) is some
    assert names_all(text, 4312) is every


def test_a_formula_is_a_straight_line_or_says_that_there_is_none() -> None:
    sizes = [100.0, 1_000.0, 10_000.0]
    assert straight_line(sizes, [1.1, 2.0, 11.0]) == pytest.approx((1.0, 0.001))
    told = formula(sizes, [1.1, 2.0, 11.0], "events", seconds)
    assert told == "1.00 s + 1.00 s for each 1,000 events (within 1%)"
    assert formula(sizes, [2.0, 2.05, 2.01], "events", seconds) == "2.01 s at each"
    assert formula(sizes, [1.0, 9.0, 2.0], "events", seconds).startswith("no straight line (off by")


def test_the_percentile_is_one_of_the_values() -> None:
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile([7.0], 0.99) == 7.0


def test_notes_survive_a_new_measurement(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Performance\n\n{BEGIN}\n\nold\n\n{END}\n\n## What the profile shows\n")
    write(measured([ratio("x", 1, "", 2)], SMALL, "a machine", "2026-01-01"), page)
    text = page.read_text()
    assert text.startswith("# Performance\n")
    assert text.endswith(f"{END}\n\n## What the profile shows\n")
    assert "old" not in text
    assert "Measured on 2026-01-01. a machine." in text


def test_the_page_has_its_place() -> None:
    text = PAGE.read_text()
    assert text.index(BEGIN) < text.index(END)
