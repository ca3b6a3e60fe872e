"""A picture of each step of an incident in the workbench's page; see scripts/trial."""

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import Seat, chromium, running_demo  # noqa: E402  the path comes first
from tests.support.trial import trial, watched_call  # noqa: E402

STILL_MS = 2500  # by then the replies of an answer, paced by a second, have come


async def main(folder: Path) -> None:
    """Take them all, in one workbench."""
    with tempfile.TemporaryDirectory() as templates:
        async with running_demo(Path(templates)) as demo, chromium() as browser:
            page = await browser.new_page(
                base_url=demo.url,
                viewport={"width": 1440, "height": 1100},
                timezone_id="UTC",
                locale="en-GB",
                reduced_motion="reduce",
            )
            number = 0
            for steps in (trial, watched_call):
                await page.goto(demo.url)
                async for name in steps(Seat(page, demo)):
                    number += 1
                    await page.wait_for_timeout(STILL_MS)
                    path = folder / f"{number:02}-{name}.png"
                    await page.screenshot(path=path)
                    print(path)


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1])))
