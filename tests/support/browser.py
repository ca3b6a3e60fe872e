"""A running workbench and a browser, with the actions that the browser tests share."""

import asyncio
import contextlib
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    "--disable-lcd-text",  # grey edges of letters: the same on every screen, and smaller pictures
)
START_SECONDS = 100
PATIENCE_MS = (
    45_000  # nothing takes so long; but a test is no place to find out how busy a machine is
)
REPLIES = re.compile(r"^\d+ repl(y|ies)$")

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, slots=True)
class Demo:
    """A running `python -m workbench`: its address and its own copy of the templates."""

    url: str
    templates: Path
    process: asyncio.subprocess.Process


@dataclass(slots=True)
class Seat:
    """A person at the page; `asked` lists every address that the browser requested."""

    page: Page
    demo: Demo
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def box(self) -> Locator:
        """The message box."""
        return self.page.get_by_role("textbox", name="message")

    @property
    def thread(self) -> Locator:
        """The thread's pane."""
        return self.page.get_by_role("complementary", name="thread")

    @property
    def panel(self) -> Locator:
        """The panel with the wire, faults and rooms."""
        return self.page.get_by_role("complementary", name="Under the hood")

    @property
    def messages(self) -> Locator:
        """Every message of the channel."""
        return self.page.get_by_role("main").locator("li.message")

    def message(self, text: str) -> Locator:
        """Return the newest message of the channel with that text in it."""
        return self.messages.filter(has_text=text).last

    async def go(self, channel: str) -> None:
        """Open a channel or app."""
        await self.page.get_by_role("navigation").get_by_role("button", name=channel).click()
        head = self.page.get_by_role("main").get_by_role("heading", level=1)
        await expect(head).to_contain_text(channel)
        assert await self.page.get_by_role("main").locator(".messages").count() <= 1

    async def open_messages(self) -> None:
        """Open the conversation with the bot."""
        await self.go("Call Doctor")
        await self.page.get_by_role("tab", name="Messages").click()

    async def reply(self, text: str, *, also_send: bool = False) -> None:
        """Type into the open thread's message box and send it."""
        box = self.thread.get_by_role("textbox", name="Reply")
        await box.fill(text)
        if also_send:
            await self.thread.get_by_label("Also send to").check()
        await self.thread.get_by_role("button", name="Send reply").click()
        await expect(box).to_have_value("")

    async def send(self, text: str) -> None:
        """Type into the message box and send it."""
        await self.box.fill(text)
        await self.box.press("Enter")
        await expect(self.box).to_have_value("")

    async def ask(self, command: str, answer: str) -> Locator:
        """Ask in the channel; waits for a message with `answer` in it that was not there before.

        Other tests write into the same channels, and other bots speak of the same rooms.
        """
        await expect(self.box).to_be_visible()
        before = await self.messages.filter(has_text=answer).count()
        await self.send(command)
        return await self._pinned(self.messages.filter(has_text=answer).nth(before))

    async def told(self, answer: str) -> Locator:
        """Wait for a message in the channel."""
        return await self._pinned(self.message(answer))

    async def _pinned(self, found: Locator) -> Locator:
        """Return a locator that stays with this message whatever changes around or in it."""
        await expect(found).to_be_visible()
        ts = await found.get_attribute("data-ts")
        return self.page.locator(f'main li.message[data-ts="{ts}"]')

    async def replied(self, message: Locator) -> Locator:
        """Wait until a message has replies; return the button that opens them."""
        button = message.get_by_role("button", name=REPLIES)
        await expect(button).to_be_visible()
        return button

    async def open_thread(self, message: Locator) -> Locator:
        """Open a message's replies."""
        await (await self.replied(message)).click()
        await expect(self.thread).to_be_visible()
        return self.thread

    async def room_id(self, name: str) -> str:
        """The id of a room of the pretend 100ms."""
        rooms = (await (await self.page.request.get("/facts")).json())["rooms"]
        return next(str(room["id"]) for room in rooms if room["name"] == name)

    async def shortcut(self, message: Locator, name: str = "Diagnose this call") -> None:
        """Use a message shortcut out of the message's menu."""
        await message.hover()
        await message.get_by_role("button", name="More actions").click()
        await self.page.get_by_role("menuitem", name=name).click()

    async def tab(self, name: str) -> None:
        """Turn the panel to a tab."""
        await self.panel.get_by_role("tab", name=name).click()

    async def inject(self, end: str, kind: str, times: str, **place: str) -> None:
        """Inject a fault of "Slack" or "100ms"; `place` is `method` or `path`."""
        await self.tab("Faults")
        form = self.panel.get_by_role("region", name=f"{end} goes wrong")
        for where in place.values():
            await form.get_by_role("combobox").first.select_option(where)
        await form.get_by_label("Fault").select_option(kind)
        await form.get_by_label("Times").select_option(times)
        await form.get_by_role("button", name="Inject").click()
        await expect(form.get_by_text(f"{kind} on")).to_be_visible()

    async def mend(self, end: str) -> None:
        """Clear the faults of an end."""
        form = self.panel.get_by_role("region", name=f"{end} goes wrong")
        await form.get_by_role("button", name="Clear all").click()
        await expect(form.get_by_role("listitem")).to_have_count(0)

    def check(self) -> None:
        """Assert that the page raised no error and requested no other machine."""
        assert self.errors == []
        hosts = {urlsplit(address).hostname for address in self.asked if "://" in address}
        assert hosts <= {"127.0.0.1"}


@contextlib.asynccontextmanager
async def running_demo(templates: Path) -> AsyncIterator[Demo]:
    """`python -m workbench` on a free port, with a copy of the templates in that folder."""
    shutil.copytree(ROOT / "templates", templates, dirs_exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workbench", "--templates", str(templates)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        yield Demo(line.decode().strip(), templates, process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium with a user folder of its own."""
    if shutil.which(CHROMIUM) is None:
        raise FileNotFoundError(f"{CHROMIUM} is missing: run scripts/setup-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()
