"""An answer handed over: links under it and in the menu, each press acknowledged and audited."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.audit import Access
from tests.support.slack.edge_harness import Bench, lookup_of, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message

FORM = "https://tracker.example/new?t={title}&b={body}&r={reference}&p={permalink}"
NAMES = ("JIRA", "LINEAR_APP", "GitHub", "ZENDESK")


async def asked(bench: Bench, text: str = "one-bad-user", way: str = "command") -> Message:
    """Return the finished opening of an answer."""
    if way == "command":
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", text)
    else:
        await bench.slack.mention("C0ONCALL", text)
    await bench.slack.until(lambda: "opening" in bench.parts())
    await bench.settled()
    return next(message for message in bench.said() if part_of(message) == "opening")


def links_of(message: Message) -> dict[str, str]:
    """Return the URLs of a message's buttons by their labels."""
    elements = [one for block in message.blocks for one in block.get("elements", ())]
    return {
        one["text"]["text"]: one["url"]
        for one in elements
        if one.get("type") == "button" and "url" in one
    }


def menu_of(message: Message) -> dict[str, str]:
    """Return the values of the menu by their labels."""
    elements = [one for block in message.blocks for one in block.get("elements", ())]
    (menu,) = [one for one in elements if one.get("type") == "static_select"]
    return {one["text"]["text"]: one["value"] for one in menu["options"]}


def fields_of(url: str) -> Mapping[str, list[str]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


def permalink_of(bench: Bench, message: Message) -> str:
    link = f"https://acme.slack.example/archives/{message.channel}/p{message.ts.replace('.', '')}"
    thread = message.thread_ts
    if thread and thread != message.ts:
        link += f"?thread_ts={thread}&cid={message.channel}"
    assert bench.team.message(message.channel, message.ts) is message
    return link


async def last_row(bench: Bench, outcome: str) -> Access:
    """Return the audit row that ended so, once it is there."""
    rows: list[Access] = []

    async def find() -> bool:
        rows[:] = [row for row in await bench.memory.audit.find() if row.outcome == outcome]
        return bool(rows)

    while not await find():
        await bench.settled(0.01)
    return rows[0]


@pytest.mark.parametrize("way", ["command", "mention"])
async def test_the_link_holds_the_answer_and_its_permalink(tmp_path: Path, way: str) -> None:
    async with open_whole(tmp_path, settings={"ticket_urls": {"JIRA": FORM}}) as bench:
        opening = await asked(bench, way=way)
        ((label, url),) = links_of(opening).items()
        assert label == "Create Jira ticket"
        fields = fields_of(url)
        assert fields["r"] == [lookup_of(opening)]
        assert fields["p"] == [permalink_of(bench, opening)]
        assert "could not" in fields["t"][0]
        assert fields["b"][0].startswith(fields["t"][0])


async def test_a_press_is_acknowledged_and_leaves_a_row(tmp_path: Path) -> None:
    async with open_whole(tmp_path, settings={"ticket_urls": {"JIRA": FORM}}) as bench:
        opening = await asked(bench)
        said = len(bench.said())
        assert (await bench.slack.click(opening, "ticket-jira", "U0BOB")).acked
        row = await last_row(bench, "link")
        assert (row.user, row.action, row.channel) == ("U0BOB", "ticket-jira", "C0ONCALL")
        assert row.reference == lookup_of(opening)
        assert row.room_id
        assert len(bench.said()) == said


async def test_what_the_row_has_no_room_for_comes_from_the_menu(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"ticket_urls": dict.fromkeys(NAMES, FORM), "ticket_names": True}
    async with open_whole(tmp_path, settings=settings) as bench:
        opening = await asked(bench)
        shown, menu = links_of(opening), menu_of(opening)
        labels = {f"Create {name} ticket" for name in ("Jira", "Linear App", "GitHub", "Zendesk")}
        hidden = {label: value for label, value in menu.items() if label in labels}
        assert {*shown, *hidden} == labels
        assert hidden
        assert not shown.keys() & hidden.keys()
        label, value = next(iter(hidden.items()))
        before = len(bench.said())
        assert (await bench.slack.click(opening, value, "U0BOB")).acked
        await bench.slack.until(lambda: len(bench.said()) > before)
        (message,) = bench.said()[before:]
        assert message.ephemeral_to == "U0BOB"
        ((name, url),) = links_of(message).items()
        assert name == label
        assert fields_of(url)["p"] == [permalink_of(bench, opening)]
        row = await last_row(bench, "answered")
        assert row.reference == lookup_of(opening)
        assert (
            await bench.slack.click(message, f"ticket-{value.partition(':')[2]}", "U0BOB")
        ).acked
        assert (await last_row(bench, "link")).reference == lookup_of(opening)


async def test_a_private_answer_has_links_without_a_permalink(tmp_path: Path) -> None:
    async with open_whole(tmp_path, settings={"ticket_urls": {"JIRA": FORM}}) as bench:
        await bench.slack.type_command(
            "C0ONCALL", "U0ALICE", "/call-errors", "one-bad-user private"
        )
        await bench.settled()
        openings = [one for one in bench.said() if part_of(one) == "opening"]
        assert openings
        assert fields_of(links_of(openings[0])["Create Jira ticket"])["p"] == [""]


async def test_names_are_in_a_ticket_only_where_the_setting_is_on(tmp_path: Path) -> None:
    titles = []
    for names in (False, True):
        settings = {"ticket_urls": {"JIRA": FORM}, "ticket_names": names}
        folder = tmp_path / str(names)
        folder.mkdir()
        async with open_whole(folder, settings=settings) as bench:
            url = links_of(await asked(bench))["Create Jira ticket"]
            titles.append(fields_of(url)["t"][0] + fields_of(url)["b"][0])
    assert "Marta" not in titles[0]
    assert "Marta" in titles[1]
