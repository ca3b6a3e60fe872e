"""The app's own place and what is around an answer: direct messages, Home, votes, the step."""

import re

import pytest
from playwright.async_api import expect

from tests.support.browser import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_question_in_direct_messages_is_answered_there_and_continued(seat: Seat) -> None:
    await seat.open_messages()
    answer = await seat.ask("one-bad-user", "one-bad-user ·")
    await expect(answer).to_contain_text("Marta Lindqvist")
    thread = await seat.open_thread(answer)
    before = await thread.locator("li.message").count()
    await seat.reply("who else", also_send=True)
    await expect(thread.locator("li.message").nth(before + 1)).to_be_visible()
    await expect(seat.message("who else")).to_be_visible()


async def test_a_vote_is_confirmed_to_the_voter(seat: Seat) -> None:
    answer = await seat.ask("/call-errors sample-publish", "sample-publish ·")
    right = answer.get_by_role("button", name="Right")
    await right.click()
    await expect(right).to_have_attribute("aria-pressed", "true")
    await expect(seat.messages.filter(has_text="is stored: right")).to_be_visible()
    await answer.get_by_role("button", name="Wrong").click()
    form = seat.page.get_by_role("dialog")
    await form.get_by_label("The participant's device or its permissions").check()
    await form.get_by_role("button", name="Send").click()
    await expect(form).to_be_hidden()
    await expect(seat.messages.filter(has_text="is stored: wrong")).to_be_visible()


async def test_slack_may_refuse_feedback_buttons(seat: Seat) -> None:
    await seat.tab("App")
    refuse = seat.panel.get_by_label("Refuse feedback buttons")
    await refuse.click()
    await expect(refuse).to_be_checked()
    answer = await seat.ask("/call-errors sample-join", "sample-join ·")
    await expect(answer.get_by_role("group", name="Feedback")).to_have_count(0)
    await expect(answer.get_by_role("button", name="Right")).to_be_visible()
    await refuse.click()
    await expect(refuse).not_to_be_checked()
    # The bot remembers what Slack refused for as long as it runs; the next test meets a new one.
    restarted = await seat.page.request.post("/steer/bot", data={})
    assert restarted.ok


async def test_home_lists_my_answers_and_leads_to_them(seat: Seat) -> None:
    await seat.ask("/call-errors sample-connect", "sample-connect ·")
    await seat.go("Call Doctor")
    home = seat.page.get_by_role("group", name="Home of Call Doctor")
    await expect(home.get_by_role("button", name="Ask again").first).to_be_visible()
    await home.get_by_role("link").first.click()
    head = seat.page.get_by_role("main").get_by_role("heading", level=1)
    await expect(head).to_have_text("#oncall")
    await seat.go("Call Doctor")
    await home.get_by_role("button", name="Diagnose a call").click()
    await expect(seat.page.get_by_role("dialog").get_by_label("Which call?")).to_be_visible()


async def test_the_workflow_step_runs_and_shows_its_outputs(seat: Seat) -> None:
    await seat.tab("App")
    step = seat.panel.get_by_role("region", name="Diagnose a 100ms call")
    await step.get_by_label("Room, session, person or link").fill("one-bad-user")
    await step.get_by_role("button", name="Run step").click()
    run = step.get_by_role("listitem").first
    await expect(run).to_contain_text("completed")
    await expect(run).to_contain_text("1 of 8 people")
    await step.get_by_label("Room, session, person or link").fill("no-such-room-anywhere")
    await step.get_by_role("button", name="Run step").click()
    await expect(step.get_by_role("listitem").first).to_contain_text("failed")
    await expect(step.get_by_role("listitem").first).to_contain_text("CD-")


async def test_the_live_room_breaks_and_mends(seat: Seat) -> None:
    await seat.tab("100ms")
    room = seat.panel.get_by_role("region", name="Live room")
    await room.get_by_role("button", name=re.compile("Start")).click()
    chen, emre = (room.get_by_role("listitem", name=f"{name} Rao") for name in ("Chen", "Emre"))
    for person, patience in ((chen, "120"), (emre, "1")):
        await room.get_by_label("Gives up after").fill(patience)
        await person.get_by_role("button", name="Break").click()
        await expect(person).to_contain_text("network broken")
    await expect(emre.get_by_role("button", name="Leave")).to_be_disabled()  # the SDK gave up
    await expect(chen.get_by_role("button", name="Leave")).to_be_enabled()
    for person in (chen, emre):
        await person.get_by_role("button", name="Mend").click()
        await expect(person).to_contain_text("in the call")
    await chen.get_by_role("button", name="Leave").click()
    await expect(chen).to_contain_text("gone")
    await room.get_by_role("button", name="End the call").click()
    await expect(room.get_by_role("listitem")).to_have_count(0)
