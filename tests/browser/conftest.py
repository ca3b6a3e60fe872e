"""One workbench and one Chromium for each test process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser import PATIENCE_MS, Demo, Seat, chromium, running_demo


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(tmp_path_factory: object) -> AsyncIterator[Demo]:
    folder: Path = tmp_path_factory.mktemp("templates")  # type: ignore[attr-defined]
    async with running_demo(folder) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def seat(demo: Demo, browser: Browser) -> AsyncIterator[Seat]:
    context = await browser.new_context(
        base_url=demo.url,
        viewport={"width": 1440, "height": 900},
        timezone_id="UTC",
        locale="en-GB",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    taken = Seat(page, demo)
    page.on("request", lambda request: taken.asked.append(request.url))
    page.on("pageerror", lambda error: taken.errors.append(str(error)))
    await page.goto(demo.url)
    yield taken
    await context.close()
    taken.check()
