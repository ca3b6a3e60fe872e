"""Channels that people of another company read, and channels where nobody is named."""

import json
from functools import partial
from pathlib import Path

import pytest

from bot.domain.access import AccessRules
from bot.domain.privacy.personal_names import Names
from bot.domain.query import LookupQuery
from bot.jobs.ports import Json
from bot.slack.context import Lookup
from bot.slack.listeners.registry import LOOKUP_BUTTONS
from bot.slack.lookup.job import lookup_from_json, lookup_to_json
from bot.slack.payloads import ReplyTarget
from tests.support.slack.edge_harness import Bench, open_bench, part_of
from tests.support.slack.fakes import ROOM
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_text

MODES = pytest.mark.parametrize("mode", ["http", "socket"])
UNREAD = "channels:read,groups:read"
PERSONAL = ("marta", "lindqvist", "example.com")


def words(*messages: Message) -> str:
    return "\n".join(f"{one.text}\n{visible_text(one.blocks)}" for one in messages)


def raw(*messages: Message) -> str:
    """All of it, also what nobody is shown, such as a button's value."""
    return json.dumps([[one.text, one.blocks, one.metadata, one.edits] for one in messages])


def public(bench: Bench, channel: str) -> list[Message]:
    """What everybody in the channel can read of the bot's."""
    return [one for one in bench.said(channel) if one.ephemeral_to is None]


def files(bench: Bench) -> str:
    held = bench.team.files.values()
    return "\n".join(
        f"{one.title} {one.alt} {(one.content or b'').decode('latin1')}" for one in held
    )


def finished(bench: Bench) -> list[Message]:
    found = [one for one in bench.said() if part_of(one) == "opening"]
    return [one for one in found if "So far" not in one.text]


def _said_publicly(bench: Bench, number: int) -> bool:
    return len(public(bench, "C0ONCALL")) == number


async def asked(bench: Bench, channel: str, text: str, number: int = 1) -> Message:
    await bench.slack.type_command(channel, "U0ALICE", "/call-errors", text)
    await bench.slack.until(lambda: len(finished(bench)) >= number, 30)
    await bench.settled(0.2)
    return finished(bench)[number - 1]


@MODES
async def test_a_shared_channel_is_answered_to_the_asker_alone(tmp_path: Path, mode: str) -> None:
    async with open_whole(tmp_path, mode, large=10) as bench:
        opening = await asked(bench, "C0SHARED", "one-bad-user")
        assert opening.ephemeral_to == "U0ALICE"
        assert "people of another company are in this channel" in words(opening)
        assert "Marta Lindqvist" in words(*bench.said("C0SHARED"))
        assert public(bench, "C0SHARED") == []


async def test_a_mention_says_that_its_channel_is_shared_and_commands_heed_it(
    tmp_path: Path,
) -> None:
    async with open_whole(tmp_path, large=10, without=UNREAD) as bench:
        await bench.slack.mention("C0SHARED", "one-bad-user")
        await bench.slack.until(lambda: finished(bench), 30)
        await bench.settled()
        await asked(bench, "C0SHARED", "one-bad-user", 2)
        assert public(bench, "C0SHARED") == []
        assert (await asked(bench, "C0ONCALL", "one-bad-user", 3)).ephemeral_to is None


async def test_public_is_typed_and_then_nobody_is_named_and_buttons_answer_who_presses(
    tmp_path: Path,
) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        opening = await asked(bench, "C0SHARED", "one-bad-user public")
        assert opening.ephemeral_to is None
        thread = words(*bench.team.thread("C0SHARED", opening.ts))
        assert "participant 1" in thread
        before = len(public(bench, "C0SHARED"))
        for button in LOOKUP_BUTTONS:
            if f'"{button.name}"' in json.dumps(opening.blocks):
                await bench.slack.click(opening, button.name)
                await bench.settled()
        assert len(public(bench, "C0SHARED")) == before
        assert "Marta" in words(*(one for one in bench.said("C0SHARED") if one.ephemeral_to))
        for word in PERSONAL:
            assert word not in raw(*public(bench, "C0SHARED")).lower()
            assert word not in files(bench).lower()


@pytest.mark.parametrize("error", ["http_503", "fatal_error", "missing_scope", "timeout"])
async def test_what_slack_does_not_tell_counts_as_shared(error: str) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("conversations.info", error, times=None)
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
        found = await bench.until_said("event-1", seconds=30)
        assert found.ephemeral_to == "U0ALICE"
        assert bench.team.in_channel("C0ONCALL") == []


async def test_nobody_is_named_where_names_are_not_shown(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10, show_names=Names.NONE) as bench:
        text = "user:marta.lindqvist@example.com in one-bad-user"
        opening = await asked(bench, "C0ONCALL", text)
        whole = await asked(bench, "C0ONCALL", "one-bad-user", 2)
        for button in LOOKUP_BUTTONS:
            if f'"{button.name}"' in json.dumps(whole.blocks):
                await bench.slack.click(whole, button.name)
                await bench.settled()
        said = raw(*public(bench, "C0ONCALL")).lower() + files(bench).lower()
        assert opening.ephemeral_to is None
        for word in PERSONAL:
            assert word not in said


@pytest.mark.parametrize("where", ["", " in one-bad-user"])
async def test_who_is_asked_about_is_not_named_either(tmp_path: Path, where: str) -> None:
    async with open_whole(tmp_path, large=10, show_names=Names.NONE) as bench:
        await bench.slack.mention("C0ONCALL", f"user:nobody@example.com{where}")
        await bench.slack.until(lambda: bench.said("C0ONCALL"), 30)
        await bench.settled()
        assert "nobody@" not in raw(*public(bench, "C0ONCALL"))


async def test_a_channel_shortens_names(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        await bench.slack.type_command(
            "C0ONCALL", "U0ALICE", "/call-errors", "settings names short"
        )
        assert "Marta L." in words(*bench.said())
        opening = await asked(bench, "C0ONCALL", "one-bad-user")
        said = words(*public(bench, "C0ONCALL"))
        assert opening.ephemeral_to is None
        assert "Marta L." in said
        assert "Lindqvist" not in said
        assert "marta.lindqvist@" not in raw(*public(bench, "C0ONCALL"))


@MODES
async def test_who_loosens_a_channel_is_named_in_it(tmp_path: Path, mode: str) -> None:
    async with open_whole(tmp_path, mode, large=10) as bench:
        for text in ("settings private", "settings names none", "settings since 24h"):
            await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", text)
        await bench.settled()
        assert public(bench, "C0ONCALL") == []
        for number, text in enumerate(("settings public", "settings names full"), 1):
            await bench.slack.type_command("C0ONCALL", "U0BOB", "/call-errors", text)
            await bench.slack.until(partial(_said_publicly, bench, number))
            assert "<@U0BOB>" in public(bench, "C0ONCALL")[-1].text


async def test_guests_may_not_loosen_a_channel(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10, access=AccessRules(guests=True)) as bench:
        bench.team.people["U0BOB"].guest = "multi"
        for user, text in (("U0ALICE", "settings names short"), ("U0BOB", "settings private")):
            await bench.slack.type_command("C0ONCALL", user, "/call-errors", text)
        for text in ("settings public", "settings names full", "settings reset"):
            before = len(bench.said())
            await bench.slack.type_command("C0ONCALL", "U0BOB", "/call-errors", text)
            assert "Guests can" in words(*bench.said()[before:])
        await bench.settled()
        assert public(bench, "C0ONCALL") == []


async def test_what_cannot_be_said_in_the_channel_is_not_loosened(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=10) as bench:
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "settings private")
        bench.team.faults.add("chat.postMessage", "restricted_action", times=None)
        bench.team.faults.add("response_url", "http_404", times=None)
        await bench.slack.mention("C0ONCALL", "settings public")
        await bench.until_said("The setting was not changed")
        await bench.settled()
        bench.team.faults.clear()
        opening = await asked(bench, "C0ONCALL", "one-bad-user")
        assert opening.ephemeral_to == "U0ALICE"


def test_a_look_up_that_the_release_before_recorded_goes_on_as_it_began() -> None:
    kept: Json = lookup_to_json(Lookup("CD-1", LookupQuery(), ReplyTarget("U0ALICE", "C0ONCALL")))
    for new in ("weighs_audience", "refused"):
        del kept[new]
    del kept["question"]["names"]
    found = lookup_from_json(kept)
    assert not found.weighs_audience
    assert found.query.names is None
