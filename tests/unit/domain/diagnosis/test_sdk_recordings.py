"""What the real web SDK reports under a known fault is judged as that fault deserves."""

from pathlib import Path

import pytest

from tests.support.scenarios.sdk_recordings import faults, files, load

CROWD = 5


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_recording_is_judged_as_its_fault_deserves(path: Path) -> None:
    assert not faults(load(path))


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_five_people_with_one_fault_within_a_minute_are_judged_together(path: Path) -> None:
    assert not faults(load(path), CROWD)
