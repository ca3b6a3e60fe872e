"""Each way to ask, in the page."""

import pytest
from playwright.async_api import expect

from tests.support.browser import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_command_is_hinted_from_the_manifest_and_answered_in_the_channel(
    seat: Seat,
) -> None:
    await seat.box.fill("/")
    offered = seat.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await expect(offered).to_have_count(3)
    await expect(offered.first).to_contain_text("Explain why a 100ms call failed")
    await seat.box.press("Tab")
    await expect(seat.box).to_have_value("/call-errors ")
    await expect(seat.page.get_by_text("room, session or peer id, link or name")).to_be_visible()
    await seat.box.press_sequentially("sample-publish")
    await seat.box.press("Enter")
    answer = await seat.told("sample-publish ·")
    await expect(answer).to_contain_text("Call Doctor")
    await expect(seat.message("of sample-publish")).to_have_count(0)  # the notice is gone


async def test_a_mention_is_answered_in_its_thread(seat: Seat) -> None:
    await seat.send("@Call Doctor sample-join")
    asked = seat.message("@Call Doctor sample-join")
    await expect(asked.locator(".slack_user")).to_have_text("@Call Doctor")
    thread = await seat.open_thread(asked)
    await expect(thread.get_by_text("sample-join ·")).to_be_visible()


@pytest.mark.parametrize(
    ("message", "room"), [("Ticket #4821", "one-bad-user"), ("FIRING", "storm")]
)
async def test_a_shortcut_on_a_message_of_another_bot_is_answered_there(
    seat: Seat, message: str, room: str
) -> None:
    asked = seat.message(message)
    await seat.shortcut(asked)
    thread = await seat.open_thread(asked)
    await expect(thread.get_by_text(f"{room} ·").first).to_be_visible()


async def test_the_global_shortcut_asks_by_a_form(seat: Seat) -> None:
    await seat.page.get_by_role("button", name="Shortcuts").click()
    await seat.page.get_by_role("menuitem", name="Diagnose a call").click()
    form = seat.page.get_by_role("dialog", name="Call Doctor")
    await expect(form.get_by_label("Post the answer in")).to_have_value("C0ONCALL")
    await form.get_by_label("Which call?").fill("sample-connect")
    await form.get_by_role("button", name="Look up").click()
    await seat.told("sample-connect ·")
    await expect(form).to_be_hidden()


async def test_the_home_tab_tells_what_can_be_asked(seat: Seat) -> None:
    await seat.go("Call Doctor")
    home = seat.page.get_by_role("group", name="Home of Call Doctor")
    await expect(home).to_contain_text("/call-errors daily-standup since 7d")
    await seat.page.get_by_role("tab", name="Messages").click()
    await expect(seat.box).to_be_visible()


async def test_where_the_bot_is_no_member_it_answers_the_asker_alone(seat: Seat) -> None:
    await seat.go("secret")
    await seat.send("/call-errors sample-disconnected")
    answer = await seat.told("sample-disconnected ·")
    await expect(answer).to_contain_text("Only visible to you")


async def test_a_shared_channel_and_a_talk_between_people(seat: Seat) -> None:
    await seat.go("shared")
    await seat.ask("/call-errors clinic-visit", "clinic-visit ·")
    await seat.go("Bob Berg")
    answer = await seat.ask("/call-errors daily-standup", "daily-standup ·")
    await expect(answer).to_contain_text("Only visible to you")


async def test_b20b_an_unknown_command_is_answered_as_slack_does(seat: Seat) -> None:
    answer = await seat.ask("/cal-errors storm", "/cal-errors is not a valid command")
    await expect(answer).to_contain_text("Slackbot")
    await expect(answer).to_contain_text("Only visible to you")


async def test_the_first_hint_goes_and_comes_back_with_clear(seat: Seat) -> None:
    clear = seat.page.get_by_role("button", name="Clear", exact=True)
    hint = seat.page.get_by_text("Try: press storm")
    await clear.click()
    await expect(hint).to_be_visible()
    before = await seat.messages.count()
    await seat.ask("/call-errors untouched", "untouched")
    await expect(hint).to_be_hidden()
    await clear.click()
    await expect(seat.messages).to_have_count(before)
    await expect(hint).to_be_visible()
