"""The harness at a small size: that it works, and that every count is right. No time is judged."""

import shutil
import subprocess
import sys

import pytest

from benchmarks.processes import ROOT

ROWS = 28
GROWN = 9
PROGRAMS = ("in Slack", "Bolt for JavaScript", "lookup --json", "requests")


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
    grown = [line for line in lines if line.startswith(("| events", "| people", "| sessions"))]
    assert len(grown) == GROWN, ran.stdout
    assert lines[-1].startswith("| 2 | ")
    besides = [line for line in lines if line.startswith("| 10 ms |")]
    rows = [line for line in lines if "≤" in line or "≥" in line or "| 0 | 0 |" in line]
    assert len(rows) == ROWS, ran.stdout
    assert [program in line for program, line in zip(PROGRAMS, besides, strict=True)] == [True] * 4
    if not shutil.which("node"):
        assert "left out: Node is not installed" in besides[1]
