"""The harness at a small size: that it works, and that every count is right. No time is judged."""

import shutil
import subprocess
import sys

import pytest

from benchmarks.processes import ROOT

ROWS = 21
PROGRAMS = ("in Slack", "lookup --json", "requests", "Bolt for JavaScript")


@pytest.mark.timeout(600)
def test_everything_is_measured_and_every_count_is_right() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--small"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    lines = ran.stdout.splitlines()
    rows, besides = lines[:ROWS], lines[ROWS:]
    assert all("≤" in row or "≥" in row or "| 0 |" in row for row in rows)
    assert [program in line for program, line in zip(PROGRAMS, besides, strict=True)] == [True] * 4
    if not shutil.which("node"):
        assert "left out: Node is not installed" in besides[-1]
