"""Incidents as a support agent lives them in the page: from question to hand-over, and watched."""

from collections.abc import AsyncIterator

from playwright.async_api import Locator, expect

from tests.support.browser import Seat

BOT = "U0DOCTOR"
ROOM = "live-room"
WATCHED = ("Bram Rao", "Chen Rao", "Dalia Rao")
LINE_MS = 120_000
"""The longest time to a line in a watch's thread: at most one line a minute is posted."""
MOST_MESSAGES = 5


async def trial(seat: Seat) -> AsyncIterator[str]:
    """Do each step and check what it brought; yields the step's name when it is done."""
    await _start_call(seat)
    await _break(seat, "Chen Rao")
    opening = await seat.ask(f"/call-errors {ROOM}", f"{ROOM} ·")
    await expect(opening).to_contain_text("Chen Rao")
    thread = await seat.open_thread(opening)
    yield "asked"
    for number, words in enumerate(("since 1h", "who else", "timeline"), start=1):
        await _follow_up(seat, words)
        yield f"follow-up-{number}"
    await _break(seat, "Emre Rao")
    await _break(seat, "Hana Rao")
    await opening.get_by_role("button", name="Ask again").click()
    await expect(opening).to_contain_text("Emre Rao and Hana Rao")
    line = "+4 errors, Emre Rao and Hana Rao are new; verdict unchanged"
    await expect(thread.locator("li.message").filter(has_text=line)).to_have_count(1)
    yield "asked-again"
    await _follow_up(seat, "chen", "Chen Rao")
    yield "person"
    await opening.get_by_role("button", name="Right").click()
    await expect(seat.page.get_by_text("is stored: right")).to_be_visible()
    yield "voted"
    await _choose(opening, "I'm on it")
    await expect(opening).to_contain_text("alice is on it")
    yield "taken"
    await _choose(opening, "Create Jira ticket")
    yield "handed-over"
    await seat.go("Call Doctor")
    home = seat.page.get_by_role("group", name="Home of Call Doctor")
    await expect(home.get_by_role("link", name="Open answer").first).to_be_visible()
    yield "home"
    await home.get_by_role("link", name="Open answer").last.click()
    await expect(opening).to_be_visible()
    yield "opened-from-home"
    await seat.open_messages()
    await seat.ask(f"{ROOM} private", f"{ROOM} ·")
    await seat.send("emre")
    answer = await seat.told("Emre Rao")
    await expect(answer).to_contain_text("Call Doctor")
    yield "direct-message"


async def watched_call(seat: Seat) -> AsyncIterator[str]:
    """Watch the live room while three people lose their network and one gets it back."""
    await _start_call(seat)
    message = await seat.ask(f"/call-errors watch {ROOM}", f"Watching {ROOM}")
    await expect(message).to_contain_text("8 people are fine.")
    yield "watching"
    for name in WATCHED:
        await _break(seat, name)
    await expect(message).to_contain_text("5 people are fine.")
    for name in WATCHED:
        await expect(message).to_contain_text(f"{name}, since")
    lines = (await seat.open_thread(message)).locator(f'li.message[data-user="{BOT}"]')
    await expect(lines.nth(1)).to_contain_text(WATCHED[0])  # the first is the message itself
    yield "three-broken"
    await _press_in_call(seat, "Mend", WATCHED[0])
    await expect(message).to_contain_text("6 people are fine.")
    mended = lines.filter(has_text=f"{WATCHED[0]} recovered.")
    await expect(mended).to_have_count(1, timeout=LINE_MS)
    for name in WATCHED[1:]:
        await expect(lines.filter(has_text=name).last).to_contain_text("did not get back in")
    yield "one-mended"
    await _press_in_call(seat, "End the call")
    await expect(message).to_contain_text("The call is over.", timeout=LINE_MS)
    await expect(lines.last).to_contain_text("The call is over.")
    await expect(message.get_by_role("button", name="Stop")).to_have_count(0)
    assert await lines.count() <= MOST_MESSAGES
    yield "ended"


async def _start_call(seat: Seat) -> None:
    await seat.tab("100ms")
    room = seat.panel.get_by_role("region", name="Live room")
    await room.get_by_role("button", name="Start").click()
    await expect(room.get_by_role("listitem")).to_have_count(8)


async def _break(seat: Seat, name: str) -> None:
    """Break somebody's network, and wait until they are listed as gone."""
    await _open_live_room(seat)
    await seat.panel.get_by_label("Gives up after").fill("2")
    person = seat.panel.get_by_role("listitem", name=name)
    await person.get_by_role("button", name="Break").click()
    await expect(person.get_by_role("button", name="Leave")).to_be_disabled()
    await seat.panel.get_by_role("button", name="Close panel").click()


async def _press_in_call(seat: Seat, button: str, person: str = "") -> None:
    """Press a button of the live room, or of one person there."""
    await _open_live_room(seat)
    place = seat.panel.get_by_role("listitem", name=person) if person else seat.panel
    await place.get_by_role("button", name=button).click()
    await seat.panel.get_by_role("button", name="Close panel").click()


async def _open_live_room(seat: Seat) -> None:
    if not await seat.panel.is_visible():
        await seat.page.get_by_role("button", name="Under the hood").click()
    await seat.tab("100ms")


async def _follow_up(seat: Seat, words: str, answer: str = "") -> None:
    """Mention the bot in the thread without an id; waits for what it answers there."""
    said = seat.thread.locator(f'li.message[data-user="{BOT}"]')
    before = await said.count()
    await seat.reply(f"@Call Doctor {words}")
    await expect(said.nth(before)).to_be_visible()
    if answer:
        await expect(said.last).to_contain_text(answer)


async def _choose(opening: Locator, label: str) -> None:
    """Press a button, or pick its entry in *More*."""
    button = opening.get_by_role("button", name=label)
    if await button.count():
        await button.click()
    else:
        await opening.get_by_role("combobox", name="More").select_option(label=label)
