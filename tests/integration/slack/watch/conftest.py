"""The options of the day of watches; `scripts/watch-day` gives the whole one."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--watches` and `--watch-hours`."""
    parser.addoption("--watches", type=int, default=0, help="watches of the day")
    parser.addoption("--watch-hours", type=float, default=0.0, help="hours of the day")
