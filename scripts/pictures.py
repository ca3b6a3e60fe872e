"""The pictures of README.md and docs/, taken in the workbench's page; see scripts/pictures."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Locator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import Demo, Seat, chromium, running_demo  # noqa: E402  the path comes first

FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 300_000


@asynccontextmanager
async def seated(
    browser: Browser, demo: Demo, width: int, height: int, *, dark: bool = False
) -> AsyncIterator[Seat]:
    """A page of that size; a README shows it at two thirds, so that it is sharp on any screen."""
    context = await browser.new_context(
        base_url=demo.url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        timezone_id="UTC",
        locale="en-GB",
        reduced_motion="reduce",
    )
    seat = Seat(await context.new_page(), demo)
    await seat.page.goto(demo.url)
    yield seat
    await context.close()


async def take(seat: Seat, name: str, part: Locator | None = None) -> None:
    """One picture, of the page or of a part of it. Raises ValueError when it grew too large."""
    path = FOLDER / f"{name}.png"
    await seat.page.mouse.move(0, 0)
    await seat.page.wait_for_timeout(300)  # the last of what scrolls has come to rest
    await (part or seat.page).screenshot(path=path)
    await _fewer_colours(path)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}  {size:,} bytes")
    if size > MOST_BYTES:
        raise ValueError(f"{path} is too large for a README")


async def _fewer_colours(path: Path) -> None:
    """A third of the size, and no difference to see."""
    flags = ("--force", "--skip-if-larger", "--strip", "--nofs", "--output", str(path), "--")
    shrink = await asyncio.create_subprocess_exec("pngquant", "128", *flags, str(path))
    await shrink.wait()


async def answer(browser: Browser, demo: Demo) -> None:
    """A channel with an answer, and its thread."""
    async with seated(browser, demo, 1280, 960) as seat:
        await seat.panel.get_by_role("button", name="Close panel").click()
        found = await seat.ask("/call-errors one-bad-user", "one-bad-user ·")
        await seat.open_thread(found)
        await found.evaluate("each => each.scrollIntoView()")
        await take(seat, "answer")


async def incident(browser: Browser, demo: Demo) -> None:
    """Take a picture of an incident's own messages: timeline and errors over time."""
    async with seated(browser, demo, 1300, 1240) as seat:
        await seat.panel.get_by_role("button", name="Close panel").click()
        found = await seat.ask("/call-errors storm", "storm ·")
        thread = await seat.open_thread(found)
        await thread.get_by_role("img", name="Timeline").wait_for()
        await thread.get_by_role("img", name="Bar chart").wait_for()
        await take(seat, "incident", thread)


async def follow_up(browser: Browser, demo: Demo) -> None:
    """A thread that goes on by a person's first name, and Home with its answers."""
    async with seated(browser, demo, 1200, 900) as seat:
        await seat.panel.get_by_role("button", name="Close panel").click()
        found = await seat.ask("/call-errors one-bad-user", "one-bad-user ·")
        thread = await seat.open_thread(found)
        await seat.reply("@Call Doctor marta")
        await thread.get_by_text("Marta Lindqvist in room").wait_for()
        await thread.locator("li.message").filter(has_text="1 failure of 1 person").last.wait_for()
        await take(seat, "follow-up", thread)
        await seat.go("Call Doctor")
        await seat.page.get_by_role("link", name="Open answer").first.wait_for()
        await take(seat, "home")


async def wire(browser: Browser, demo: Demo) -> None:
    """Take pictures of the wire log in dark colours, and of a message's use of Slack's limits."""
    async with seated(browser, demo, 1280, 800, dark=True) as seat:
        found = await seat.ask("/call-errors storm", "storm ·")
        await seat.replied(found)
        await seat.tab("Wire")
        await take(seat, "wire")
        await found.hover()
        await found.get_by_role("button", name="Inspect message").click()
        await take(seat, "limits", seat.panel)


async def form(browser: Browser, demo: Demo) -> None:
    """The form of the global shortcut."""
    async with seated(browser, demo, 1000, 640) as seat:
        await seat.page.get_by_role("button", name="Shortcuts").click()
        await seat.page.get_by_role("menuitem", name="Diagnose a call").click()
        opened = seat.page.get_by_role("dialog", name="Call Doctor")
        await opened.get_by_label("Which call?").fill(
            "user:marta.lindqvist@example.com in one-bad-user"
        )
        await take(seat, "form")


async def shortcut(browser: Browser, demo: Demo) -> None:
    """The message shortcut on another bot's ticket."""
    async with seated(browser, demo, 1000, 520) as seat:
        await seat.go("oncall")
        ticket = seat.message("Ticket #4821")
        await ticket.evaluate("each => each.scrollIntoView()")
        await ticket.hover()
        await ticket.get_by_role("button", name="More actions").click()
        await take(seat, "shortcut")


async def reply(browser: Browser, demo: Demo) -> None:
    """Take a picture of the reply for the customer, at the width of a phone."""
    async with seated(browser, demo, 390, 860) as seat:
        found = await seat.ask("/call-errors one-bad-user", "one-bad-user ·")
        await seat.replied(found)
        await found.get_by_role("button", name="Reply to customer").click()
        letter = seat.page.get_by_role("dialog", name="Reply to customer")
        await letter.get_by_role("textbox").wait_for()
        await take(seat, "reply")


async def main() -> None:
    """All of them, in one workbench."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as templates:
        async with running_demo(Path(templates)) as demo, chromium() as browser:
            for picture in (shortcut, answer, form, follow_up, reply, incident, wire):
                await picture(browser, demo)


if __name__ == "__main__":
    asyncio.run(main())
