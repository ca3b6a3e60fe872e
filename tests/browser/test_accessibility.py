"""How the page reads: hostile names, live edits, keyboard alone, accessibility, narrow and dark."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.support.browser import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULES = {"resultTypes": ["violations"]}


async def found_by_axe(page: Page, part: str | None = None) -> list[tuple[str, Any]]:
    """Serious and critical findings, each with the first element it was found at."""
    results = await Axe().run(page, context=part, options=RULES)
    return [
        (each["id"], each["nodes"][0]["html"])
        for each in results.response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


async def test_no_name_is_a_mention_or_a_script(seat: Seat) -> None:
    answer = await seat.ask("/call-errors hostile", "53 of 53 events")
    thread = await seat.open_thread(answer)
    await expect(thread.get_by_text("!channel>").first).to_be_visible()
    await expect(seat.page.locator(".slack_broadcast")).to_have_count(0)


async def test_an_edit_shows_without_a_reload(seat: Seat) -> None:
    await seat.inject("100ms", "slow", "1", path="/v2/analytics/events")
    await seat.send("@Call Doctor never-got-in")
    asked = seat.message("@Call Doctor never-got-in")
    thread = await seat.open_thread(asked)
    looking = thread.locator("li.message").nth(1)
    await expect(looking).to_contain_text("Reading call errors")
    await expect(looking).to_contain_text("(edited)")
    await seat.mend("100ms")


async def test_everything_is_done_by_keyboard_alone(seat: Seat) -> None:
    keyboard = seat.page.keyboard
    await seat.box.focus()
    await keyboard.type("/room")
    await keyboard.press("Enter")
    await keyboard.type("one-bad-user")
    await keyboard.press("Enter")
    answer = await seat.told("one-bad-user ·")
    replies = await seat.replied(answer)
    await replies.focus()
    await keyboard.press("Enter")
    await expect(seat.thread.get_by_role("button", name="Close thread")).to_be_focused()
    await keyboard.press("Escape")
    await expect(seat.thread).to_be_hidden()
    more = seat.message("Ticket #4821").get_by_role("button", name="More actions")
    await more.focus()
    await keyboard.press("Enter")
    await expect(seat.page.get_by_role("menuitem", name="Diagnose this call")).to_be_focused()
    await keyboard.press("ArrowDown")
    await expect(seat.page.get_by_role("menuitem", name="Inspect JSON")).to_be_focused()
    await keyboard.press("Escape")
    await expect(more).to_be_focused()
    await seat.page.get_by_role("button", name="Shortcuts").focus()
    await keyboard.press("Enter")
    await keyboard.press("Enter")
    form = seat.page.get_by_role("dialog", name="Call Doctor")
    await expect(form.get_by_label("Which call?")).to_be_focused()
    await keyboard.press("Escape")
    await expect(form).to_be_hidden()


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_no_serious_finding_of_axe(seat: Seat, colours: str) -> None:
    page = seat.page
    await page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    await expect(page.locator("html")).to_have_attribute("data-theme", colours)
    answer = await seat.ask("/call-errors all-types", "all-types ·")
    await seat.open_thread(answer)
    assert await found_by_axe(page) == []
    for tab in ("Wire", "100ms", "Message", "Faults"):
        await seat.tab(tab)
        assert await found_by_axe(page, ".panel") == []
    await page.get_by_role("button", name="Shortcuts").click()
    assert await found_by_axe(page, ".composer") == []
    await page.get_by_role("menuitem", name="Diagnose a call").click()
    form = page.get_by_role("dialog", name="Call Doctor")
    await form.get_by_role("button", name="Look up").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    assert await found_by_axe(page, "dialog") == []
    await form.press("Escape")
    await seat.go("Call Doctor")
    await expect(page.get_by_role("group", name="Home of Call Doctor")).to_be_visible()
    assert await found_by_axe(page) == []


async def test_on_a_narrow_screen_all_is_still_there(seat: Seat) -> None:
    page = seat.page
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.reload()
    await expect(seat.panel).to_be_hidden()
    answer = await seat.ask("/call-errors one-bad-user", "one-bad-user ·")
    await seat.open_thread(answer)
    await seat.thread.get_by_role("button", name="Close thread").click()
    await page.get_by_role("button", name="Channels").click()
    await seat.go("general")
    await expect(page.get_by_role("heading", name="#general")).to_be_visible()
    wide = "document.documentElement.scrollWidth <= window.innerWidth"
    assert await page.evaluate(wide)


async def test_the_colours_can_be_chosen_and_stay(seat: Seat) -> None:
    await seat.page.get_by_role("button", name="Dark colours").click()
    await expect(seat.page.locator("html")).to_have_attribute("data-theme", "dark")
    await seat.page.reload()
    await expect(seat.page.locator("html")).to_have_attribute("data-theme", "dark")
