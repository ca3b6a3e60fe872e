"""The page served: bench, workday, watch over the templates, until it is told to end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from workbench.bench import open_bench
from workbench.page.app import build_page
from workbench.page.changes import Changes
from workbench.page.deeds import Deeds
from workbench.page.facts import commands
from workbench.page.live import Live
from workbench.page.templates import FOLDER, watch
from workbench.page.workday import fill
from workbench.pretend_slack.server import serve


@contextlib.asynccontextmanager
async def open_page(port: int = 0, templates: Path | None = None) -> AsyncIterator[str]:
    """Give the page's address; everything behind it ends with the block.

    Port 0 takes a free one; OSError when the port is taken. `templates` is a folder of message
    templates instead of the checkout's.
    """
    async with open_bench(templates) as bench:
        fill(bench)
        deeds, live = Deeds(bench.slack, commands()), Live(Changes(bench))
        watching = asyncio.create_task(watch(bench, deeds, templates or FOLDER, live.notes.append))
        try:
            async with serve(build_page(bench, deeds, live), port=port) as served:
                try:
                    yield served.url
                finally:
                    live.closing.set()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
