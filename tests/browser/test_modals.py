"""The form of the global shortcut: what is missing, what is wrong, and leaving it."""

import pytest
from playwright.async_api import Locator, expect

from tests.support.browser import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def opened(seat: Seat) -> Locator:
    await seat.page.get_by_role("button", name="Shortcuts").click()
    await seat.page.get_by_role("menuitem", name="Diagnose a call").click()
    form = seat.page.get_by_role("dialog", name="Call Doctor")
    await expect(form).to_be_visible()
    return form


async def test_an_empty_form_is_not_sent(seat: Seat) -> None:
    form = await opened(seat)
    await form.get_by_role("button", name="Look up").click()
    await expect(form.get_by_role("alert")).to_have_text("Please complete this required field.")
    await form.get_by_role("button", name="Cancel").click()
    await expect(form).to_be_hidden()


async def test_what_the_bot_cannot_read_is_told_in_the_form(seat: Seat) -> None:
    form = await opened(seat)
    about = form.get_by_label("Which call?")
    await about.fill("since")
    await form.get_by_role("button", name="Look up").click()
    await expect(form.get_by_role("alert")).not_to_be_empty()
    await expect(about).to_have_attribute("aria-invalid", "true")
    await expect(form).to_be_visible()
    await form.press("Escape")
    await expect(form).to_be_hidden()


async def test_b20c_a_modal_left_open_does_not_come_back_in_a_new_page_load(seat: Seat) -> None:
    form = await opened(seat)
    await seat.page.reload()
    await expect(seat.box).to_be_visible()
    await expect(form).to_be_hidden()
    await expect(await opened(seat)).to_be_visible()
