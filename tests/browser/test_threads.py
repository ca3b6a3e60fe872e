"""Threads beside the channel, and what can be pressed in messages."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.browser import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_replies_open_beside_the_channel_and_close_by_escape(seat: Seat) -> None:
    answer = await seat.ask("/call-errors one-bad-user", "one-bad-user ·")
    thread = await seat.open_thread(answer)
    await expect(thread.get_by_text("#1 Marta Lindqvist").first).to_be_visible()
    await thread.press("Escape")
    await expect(thread).to_be_hidden()


async def test_a_thread_takes_mentions_but_no_commands(seat: Seat) -> None:
    await seat.send("who looks at this one?")
    asked = seat.message("who looks at this one?")
    await asked.hover()
    await asked.get_by_role("button", name="Reply in thread").click()
    reply = seat.thread.get_by_role("textbox", name="Reply")
    await reply.fill("/call-errors storm")
    await reply.press("Enter")
    await expect(seat.page.get_by_role("alert")).to_contain_text("not supported in threads")
    await expect(reply).to_have_value("/call-errors storm")
    await reply.fill("@Call Doctor sample-subscribe")
    await reply.press("Enter")
    told = seat.thread.get_by_text("sample-subscribe ·")
    await expect(told).to_be_visible()


async def test_several_rooms_in_a_message_are_offered_to_choose_from(seat: Seat) -> None:
    ids = [await seat.room_id(name) for name in ("healthy", "untouched")]
    await seat.send(f"two calls, {ids[0]} and {ids[1]}")
    await seat.shortcut(seat.message("two calls,"))
    form = seat.page.get_by_role("dialog", name="Call Doctor")
    await form.get_by_role("radio", name="untouched").check()
    await form.get_by_role("button", name="Look up").click()
    asked = seat.message("two calls,")
    thread = await seat.open_thread(asked)
    await expect(thread.get_by_text("nobody was in this room")).to_be_visible()


async def test_the_buttons_under_an_answer_answer_in_its_thread(seat: Seat) -> None:
    found = await seat.ask("/call-errors storm", "storm ·")
    thread = await seat.open_thread(found)
    await expect(thread.get_by_role("table").first).to_be_visible()
    await expect(thread.get_by_role("img", name="Timeline")).to_be_visible()
    await expect(thread.get_by_role("img", name="Bar chart")).to_be_visible()
    for entry in ("recovered", "timeline"):
        before = await thread.locator("li.message").count()
        await found.get_by_role("combobox", name="More").select_option(entry)
        await expect(thread.locator("li.message").nth(before)).to_be_visible()
    await found.get_by_role("button", name="Reply to customer").click()
    form = seat.page.get_by_role("dialog", name="Reply to customer")
    await form.get_by_role("combobox", name="For whom?").select_option(index=1)
    letter = form.get_by_role("textbox", name="Reply")
    await expect(letter).to_have_value(re.compile("Sorry about the trouble"))
    await form.get_by_role("combobox", name="Language").select_option("de")
    await expect(letter).to_have_value(re.compile("Es tut uns leid"))
    await form.get_by_role("button", name="Copy").click()
    await expect(form).not_to_be_visible()
    copy = await seat.told("Your reply, ready to copy")
    await expect(copy).to_contain_text("Only visible to you")
    await found.get_by_role("button", name="Report to 100ms").click()
    await expect(thread.get_by_role("link", name="json").last).to_be_visible()


async def test_what_the_thread_leaves_out_comes_as_files_to_download(
    seat: Seat, tmp_path: Path
) -> None:
    answer = await seat.ask("/call-errors one-bad-user", "one-bad-user ·")
    thread = await seat.open_thread(answer)
    await expect(thread.get_by_text("(+2 in the files)")).to_be_visible()
    link = thread.get_by_role("link", name="csv").first
    async with seat.page.expect_download() as coming:
        await link.click()
    kept = tmp_path / "failures.csv"
    await (await coming.value).save_as(kept)
    rows = list(csv.reader(io.StringIO(kept.read_text("utf-8-sig"))))
    events = rows[0].index("event_ids")
    assert sum(len(row[events].split()) for row in rows[1:]) == 8, "each event of the failures"
