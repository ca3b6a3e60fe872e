"""Who may ask where, and about which 100ms workspace: the lists, and guests."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.domain.access import AccessRules
from bot.domain.audit import AuditOutcome
from tests.support.slack.deliveries import ENTRIES, changed, deliver, payload_of
from tests.support.slack.edge_harness import Bench, open_bench, shown
from tests.support.slack.fakes import ROOM
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message

ALICE, BOB = frozenset({"U0ALICE"}), frozenset({"U0BOB"})
ONCALL, OTHER = frozenset({"C0ONCALL"}), frozenset({"C0GENERAL"})
IN_CHANNELS = tuple(entry for entry in ENTRIES if entry != "global_shortcut")
REFUSED = ("certain channels only", "certain people only", "does not answer guests")


def refused(bench: Bench) -> list[Message]:
    return [message for message in bench.said() if any(word in shown(message) for word in REFUSED)]


def reached(bench: Bench) -> int:
    investigator, team = bench.investigator, bench.team
    return len(investigator.asked) + len(investigator.reopened) + len(team.calls_of("views.open"))


async def is_answered(
    bench: Bench, entry: str, channel: str = "C0ONCALL", user: str = "U0ALICE", **changes: Any
) -> bool:
    """Whether that entry is answered there; if not, it is refused to the person alone."""
    before, told = reached(bench), len(refused(bench))
    payload = changed(payload_of(bench, entry, channel, user), changes)
    delivery = await deliver(bench, entry, payload)
    assert delivery.acked
    if any(word in str(delivery.attempts[0].body) for word in REFUSED):
        return False
    await bench.slack.until(lambda: reached(bench) > before or len(refused(bench)) > told)
    await bench.settled(0.02)
    fresh = refused(bench)[told:]
    assert all(m.ephemeral_to == user or m.channel == f"D{user[1:]}" for m in fresh)
    assert not any(ROOM in shown(m) for m in fresh)
    assert bool(fresh) is not (reached(bench) > before)
    return not fresh


async def answers(bench: Bench, *where: str, user: str = "U0ALICE") -> set[str]:
    """The entries that are answered, of those in channels."""
    return {
        entry
        for channel in where
        for entry in IN_CHANNELS
        if await is_answered(bench, entry, channel, user)
    }


async def test_without_lists_everybody_may_ask() -> None:
    async with open_bench() as bench:
        assert await answers(bench, "C0ONCALL") == set(IN_CHANNELS)
        assert await is_answered(bench, "global_shortcut")


async def test_a_list_of_channels_holds_for_every_entry_and_denies_outside_channels() -> None:
    async with open_bench(access=AccessRules(channels=ONCALL)) as bench:
        assert await answers(bench, "C0ONCALL") == set(IN_CHANNELS)
        assert await answers(bench, "C0WARROOM") == set()
        assert await answers(bench, "D0ALICE") == set()
        assert not await is_answered(bench, "global_shortcut")


async def test_a_list_of_people_decides_outside_channels() -> None:
    async with open_bench(access=AccessRules(channels=ONCALL, users=ALICE)) as bench:
        assert await answers(bench, "C0ONCALL") == set(IN_CHANNELS)
        assert await answers(bench, "C0ONCALL", user="U0BOB") == set()
        assert await answers(bench, "C0WARROOM") == set()
        assert await is_answered(bench, "command", "D0ALICE")
        assert await is_answered(bench, "global_shortcut")
        assert not await is_answered(bench, "global_shortcut", user="U0BOB")


async def test_a_list_of_people_alone_holds_everywhere() -> None:
    async with open_bench(access=AccessRules(users=BOB)) as bench:
        assert await answers(bench, "C0ONCALL", user="U0BOB") == set(IN_CHANNELS)
        assert await answers(bench, "C0ONCALL", "D0ALICE") == set()


async def test_home_says_who_may_not_ask() -> None:
    async with open_bench(access=AccessRules(channels=ONCALL, users=BOB)) as bench:
        await bench.slack.open_home("U0ALICE")
        await bench.slack.until(lambda: len(bench.team.calls_of("views.publish")) == 1)
        await bench.slack.open_home("U0BOB")
        await bench.slack.until(lambda: len(bench.team.calls_of("views.publish")) == 2)
        first, second = bench.team.calls_of("views.publish")
        assert "certain people only" in str(first.args)
        assert "How to ask" in str(second.args)
        assert bench.said() == []


@pytest.mark.parametrize("guest", ["multi", "single"])
async def test_guests_are_refused_where_slack_tells_who_is_one(guest: str) -> None:
    async with open_bench() as bench:
        bench.team.people["U0BOB"].guest = guest
        assert await answers(bench, "C0ONCALL", user="U0BOB") == set()
        assert await answers(bench, "C0ONCALL", user="U0ALICE") == set(IN_CHANNELS)
        assert len(bench.team.calls_of("users.info")) == 2  # once for each of them


@pytest.mark.parametrize(
    "changes", [{"without": "users:read"}, {"access": AccessRules(guests=True)}]
)
async def test_guests_are_answered_where_that_is_set_or_unknown(changes: dict[str, Any]) -> None:
    async with open_bench(**changes) as bench:
        bench.team.people["U0BOB"].guest = "multi"
        assert await answers(bench, "C0ONCALL", user="U0BOB") == set(IN_CHANNELS)
        assert bench.team.calls_of("users.info") == []


async def test_while_slack_does_not_say_who_somebody_is_nothing_is_shown() -> None:
    async with open_bench() as bench:
        bench.team.faults.add("users.info", "http_500", times=20)
        delivery = await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        assert "Slack did not say in time who you are" in str(delivery.attempts[0].body)
        assert bench.investigator.asked == []
        (row,) = await bench.memory.audit.find()
        assert row.outcome is AuditOutcome.UNAVAILABLE


async def test_a_button_of_a_workspace_that_the_channel_may_not_ask_shows_nothing() -> None:
    access = AccessRules(workspace_channels={"default": OTHER})
    async with open_bench(access=access, workspaces=("default", "eu")) as bench:
        assert not await button_is_answered(bench, "C0ONCALL")
        assert await button_is_answered(bench, "C0GENERAL")
        assert not await button_is_answered(bench, "D0ALICE")


async def button_is_answered(bench: Bench, channel: str) -> bool:
    before = len(bench.investigator.reopened), len(bench.said())
    await deliver(bench, "button", payload_of(bench, "button", channel, "U0ALICE"))
    await bench.slack.until(lambda: len(bench.said()) > before[1] + 1)
    await bench.settled(0.02)
    answered = len(bench.investigator.reopened) > before[0]
    if not answered:
        assert "may not be opened here" in shown(bench.said()[-1])
    return answered


async def test_a_question_asks_only_the_workspaces_of_its_channel() -> None:
    access = AccessRules(workspace_channels={"eu": OTHER})
    async with open_bench(access=access, workspaces=("default", "eu")) as bench:
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        await bench.slack.type_command("C0GENERAL", "U0ALICE", "/call-errors", ROOM)
        await bench.slack.until(lambda: len(bench.investigator.asked) == 2)
        asked = {question.workspaces for question in bench.investigator.asked}
        assert asked == {("default",), ("default", "eu")}


async def test_a_room_of_such_a_workspace_is_as_if_it_did_not_exist(tmp_path: Path) -> None:
    """The real engine and two workspaces: what is only in one of them, and what is in both."""
    access = AccessRules(workspace_channels={"other": OTHER})
    async with open_whole(tmp_path, other=True, large=10, access=access) as bench:
        await asked(bench, "C0GENERAL", "elsewhere")
        room_id = (await bench.memory.audit.find())[-1].room_id
        assert room_id
        for words in (room_id, "elsewhere", "in-both-workspaces"):
            await asked(bench, "C0ONCALL", words)
        *_, by_id, by_name, in_both = await bench.memory.audit.find()
        assert (by_id.outcome, by_name.outcome) == (AuditOutcome.NOTHING_FOUND,) * 2
        assert (in_both.outcome, in_both.workspace) == (AuditOutcome.ANSWERED, "default")
        there = [message for message in bench.said() if message.channel == "C0ONCALL"]
        texts = [re.sub(r"The other (?:\d+|person) had", "", shown(message)) for message in there]
        named = [text for text in texts if re.search(r"\bother\b", text)]
        assert named == []


async def asked(bench: Bench, channel: str, words: str) -> None:
    """Ask, and wait for the end."""
    rows = len(await bench.memory.audit.find())
    await bench.slack.type_command(channel, "U0ALICE", "/call-errors", words)
    while not [row for row in (await bench.memory.audit.find())[rows:] if row.ended_at]:
        await bench.settled(0.05)
