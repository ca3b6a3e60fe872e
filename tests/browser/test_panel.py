"""Under the hood: the wire, a message's JSON, faults, rooms, and templates being edited."""

import json
import re
from urllib.parse import unquote

import pytest
from playwright.async_api import expect

from tests.support.browser import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_room_is_explained_and_one_press_away(seat: Seat) -> None:
    await seat.panel.get_by_role("searchbox", name="Find a room").fill("kitchen table")
    room = seat.panel.get_by_role("button", name="network-household-of-two")
    await expect(room).to_contain_text("Two people at one kitchen table drop together")
    await expect(room).to_contain_text("Both used the same router")
    await room.click()
    await expect(seat.box).to_have_value("/call-errors network-household-of-two")
    await seat.box.press("Enter")
    await seat.told("network-household-of-two ·")


async def test_the_wire_shows_requests_acks_and_calls(seat: Seat) -> None:
    await seat.ask("/call-errors healthy", "healthy ·")
    await seat.tab("Wire")
    request = seat.panel.get_by_role("listitem").filter(has_text="/call-errors healthy").first
    await expect(request).to_contain_text(re.compile(r"ack \d+ ms"))
    await request.get_by_text("signed request").click()
    await expect(request.get_by_text('"command": "/call-errors"')).to_be_visible()
    await expect(seat.panel.get_by_text("chat.postMessage").first).to_be_visible()
    await seat.tab("100ms")
    call = seat.panel.get_by_role("listitem").filter(has_text="analytics/events").first
    await expect(call).to_contain_text(re.compile(r"200\s*\d+ ms"))


async def test_a_messages_json_limits_and_builder_link(seat: Seat) -> None:
    answer = await seat.ask("/call-errors closed-desk", "the room or its link is disabled")
    await answer.hover()
    await answer.get_by_role("button", name="Inspect message").click()
    await expect(seat.panel.get_by_text("No limit is broken.")).to_be_visible()
    await expect(seat.panel.get_by_role("row", name="blocks")).to_contain_text("of 50")
    link = seat.panel.get_by_role("link", name="Block Kit Builder")
    target = await link.get_attribute("href")
    assert target is not None
    place, _, fragment = target.partition("#")
    assert place == "https://app.slack.com/block-kit-builder/"
    assert json.loads(unquote(fragment))["blocks"][0]["type"] == "rich_text"


async def test_faults_of_both_ends_are_injected_told_and_cleared(seat: Seat) -> None:
    await seat.inject("Slack", "channel_not_found", "1", method="chat.postMessage")
    answer = await seat.ask("/call-errors untouched", "nobody was in this room")
    await expect(answer).to_contain_text("Only visible to you")
    await seat.mend("Slack")
    await seat.inject("100ms", "not_json", "always", path="/v2/")
    await seat.ask("/call-errors town-hall", "could not be read (it is cut off, or no JSON)")
    await expect(seat.panel.get_by_text(re.compile(r"[1-9]\d* played"))).to_be_visible()
    await seat.mend("100ms")
    # The bot takes 100ms for down now and waits; started anew, it does not know of that.
    assert (await seat.page.request.post("/steer/bot", data={})).ok


async def test_a_switch_of_100ms_is_turned(seat: Seat) -> None:
    await seat.tab("Faults")
    order = seat.panel.get_by_label("order", exact=True)
    await order.select_option("shuffled")
    await expect(order).to_have_value("shuffled")
    await seat.page.reload()
    await seat.tab("Faults")
    await expect(order).to_have_value("shuffled")
    await order.select_option("ascending")
    await expect(order).to_have_value("ascending")


async def test_an_edited_template_redraws_the_message(seat: Seat) -> None:
    await seat.ask("/call-errors help", "Call Doctor explains why a 100ms call failed")
    count = await seat.messages.count()
    template = seat.demo.templates / "help.j2"
    before = template.read_text("utf-8")
    try:
        template.write_text(
            before.replace("Call Doctor explains why", "This explains why"), "utf-8"
        )
        await seat.told("This explains why a 100ms call failed")
        await expect(seat.messages).to_have_count(count)
    finally:
        template.write_text(before, "utf-8")
    # Before this the bot may be about to start anew, and the next test would meet that.
    await expect(seat.messages.filter(has_text="This explains why")).to_have_count(0)
    await seat.told("Call Doctor explains why a 100ms call failed")


async def test_a_template_that_breaks_the_bot_is_told_with_its_last_words(seat: Seat) -> None:
    template = seat.demo.templates / "error.json.j2"
    before = template.read_text("utf-8")
    ended = seat.page.get_by_text("The bot ended.")
    try:
        template.write_text("{% if %}" + before, "utf-8")
        await expect(ended).to_be_visible()
        await expect(seat.page.get_by_text("TemplateSyntaxError").first).to_be_visible()
    finally:
        template.write_text(before, "utf-8")
    await expect(ended).to_be_hidden()
    await expect(seat.page.get_by_text("the bot starts anew")).to_be_hidden()
    await seat.ask("/call-errors retention-edge", "retention-edge ·")


@pytest.mark.parametrize("width", [390, 860, 1280, 1440, 1600, 1920])
async def test_b20a_the_close_button_is_on_screen(seat: Seat, width: int) -> None:
    await seat.page.set_viewport_size({"width": width, "height": 900})
    await expect(seat.box).to_be_visible()
    if not await seat.panel.is_visible():
        await seat.page.get_by_role("button", name="Under the hood").click()
    close = seat.panel.get_by_role("button", name="Close panel")
    box = await close.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    await close.click()
    await expect(seat.panel).to_be_hidden()


async def test_each_open_question_of_100ms_is_explained(seat: Seat) -> None:
    await seat.tab("Faults")
    total = seat.panel.get_by_label("total", exact=True)
    await expect(total).to_have_accessible_description(re.compile("query counts every row"))
    missing = "!document.getElementById(one.getAttribute('aria-describedby'))?.textContent"
    unexplained = f"found => found.filter(one => {missing}).length"
    controls = seat.panel.locator(".switches select, .switches input")
    assert await controls.count() > 20
    assert await controls.evaluate_all(unexplained) == 0


async def test_rooms_are_listed_by_title_with_their_name_below(seat: Seat) -> None:
    room = seat.panel.get_by_role("button", name="Signalling servers restarted")
    lines = (await room.inner_text()).splitlines()
    assert lines[0].startswith("Signalling servers restarted")
    assert lines[1] == "storm"
