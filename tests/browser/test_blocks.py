"""Blocks as Slack draws them, also where the library that draws them falls short."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.support.browser import Seat

pytestmark = pytest.mark.asyncio(loop_scope="session")

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


async def said(seat: Seat, text: str, **parts: Any) -> Locator:
    """A message of another bot's, as any program may write one."""
    args = {"channel": "C0GENERAL", "user": "U0DESK", "text": text, **parts}
    answer = await seat.page.request.post("/do/say", data=args)
    assert answer.ok, await answer.text()
    await seat.go("general")
    ts = (await answer.json())["ts"]
    found = seat.page.locator(f'li.message[data-ts="{ts}"]')
    await expect(found).to_be_visible()
    return found


async def test_tables_charts_and_plans_are_drawn(seat: Seat) -> None:
    head, row = ({"type": "raw_text", "text": text} for text in ("Codec", "<!channel> VP8"))
    points = [{"label": label, "value": value} for label, value in (("10:00", 3), ("10:05", 9))]
    chart = {
        "type": "bar",
        "series": [{"name": "errors", "data": points}],
        "axis_config": {"categories": ["10:00", "10:05"]},
    }
    task = {"type": "task_card", "task_id": "1", "title": "Look at it", "status": "complete"}
    found = await said(
        seat,
        "blocks",
        blocks=[
            {"type": "data_table", "caption": "By codec", "rows": [[head], [row]]},
            {"type": "table", "rows": [[head], [row]]},
            {"type": "data_visualization", "title": "Errors over time", "chart": chart},
            {"type": "plan", "title": "What we do", "tasks": [task]},
        ],
    )
    await expect(found.get_by_role("table", name="By codec")).to_contain_text("<!channel> VP8")
    await expect(found.get_by_role("table").nth(1)).to_contain_text("<!channel> VP8")
    await expect(found.get_by_text("Errors over time")).to_be_visible()
    await expect(found.locator("svg").first).to_be_visible()
    await expect(found.get_by_text("What we do")).to_be_visible()
    await expect(found.locator(".slack_broadcast")).to_have_count(0)


async def test_markup_is_read_and_escaped_text_is_not(seat: Seat) -> None:
    text = "*bold* `code` &lt;!here&gt; <!here> <@U0BOB> <#C0ONCALL> <https://a.example|a link>"
    found = await said(seat, text)
    await expect(found.locator(".slack_broadcast")).to_have_text("@here")
    await expect(found).to_contain_text("<!here>")
    await expect(found.get_by_text("@Bob Berg")).to_be_visible()
    await expect(found.get_by_text("#oncall")).to_be_visible()
    link = found.get_by_role("link", name="a link")
    await expect(link).to_have_attribute("href", "https://a.example")


async def test_link_previews_and_pictures_ask_no_other_machine(seat: Seat) -> None:
    image = {
        "type": "image",
        "image_url": "https://far.example/x.png",
        "alt_text": "a far picture",
    }
    preview = {"color": "#36a64f", "title": "Room storm", "text": "2 open sessions", "blocks": []}
    found = await said(seat, "see", blocks=[image], attachments=[preview])
    await expect(found.get_by_text("a far picture")).to_be_visible()
    await expect(found.get_by_text("2 open sessions")).to_be_visible()
    await expect(found.locator("img")).to_have_count(0)


async def test_menus_and_questions_before_a_press(seat: Seat) -> None:
    options = [{"text": plain(name), "value": name} for name in ("one", "two")]
    question = {"title": plain("Sure?"), "text": marked("It *counts*."), "confirm": plain("Yes")}
    elements = [
        {"type": "static_select", "action_id": "pick", "placeholder": plain("A pick")}
        | {"options": options},
        {"type": "button", "action_id": "sure", "text": plain("Do it")}
        | {"confirm": question | {"deny": plain("No")}},
    ]
    found = await said(seat, "choose", blocks=[{"type": "actions", "elements": elements}])
    await found.get_by_role("combobox", name="A pick").select_option("two")
    await seat.tab("Wire")
    picked = seat.panel.get_by_role("listitem").filter(has_text="block_actions pick")
    await expect(picked.first).to_be_visible()
    await found.get_by_role("button", name="Do it").click()
    asked = seat.page.get_by_role("dialog", name="Sure?")
    await asked.get_by_role("button", name="No").click()
    await expect(asked).to_be_hidden()
    await found.get_by_role("button", name="Do it").click()
    await asked.get_by_role("button", name="Yes").click()
    await expect(seat.panel.get_by_text("block_actions sure").first).to_be_visible()
