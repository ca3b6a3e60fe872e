"""The harness at a small size: that it works, and that every count is right. No time is judged."""

import shutil
import subprocess
import sys

import pytest

from benchmarks.processes import ROOT


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
    assert len([line for line in lines if line.count("|") == 6]) == 14
    besides = [line for line in lines if line.count("|") == 5]
    assert len(besides) == 4
    if not shutil.which("node"):
        assert any("left out: Node is not installed" in line for line in besides)
