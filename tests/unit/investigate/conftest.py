"""A new investigator for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.support.investigate.harness import Bench, open_bench


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench() as one:
        yield one


@pytest.fixture
async def two_workspaces() -> AsyncIterator[Bench]:
    async with open_bench(both=True) as one:
        yield one
