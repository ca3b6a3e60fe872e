"""Each of Slack's faults at each call of a look-up: an answer or an error with a reference.

Never silence, and never a duplicate. The kinds are the pretend Slack's own switches.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.domain.errors import BotError
from bot.slack import SlackSettings, check_slack
from tests.support.slack.edge_harness import Bench, settings_for, shown
from tests.support.slack.fault_matrix import (
    add_places,
    channel_of,
    complaints,
    person_of,
    said_to,
    without,
)
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Fault, Message, View, stand
from workbench.pretend_slack.limits import visible_text

TRANSPORT = (
    *("ratelimited", "http_500", "http_503", "http_404", "html", "timeout", "slow"),
    *("reset_before", "reset_after"),
)
KINDS = (
    *TRANSPORT,
    *("internal_error", "fatal_error", "service_unavailable"),
    *("invalid_blocks", "msg_blocks_too_long", "invalid_arguments", "missing_scope"),
    *("channel_not_found", "not_in_channel", "is_archived", "restricted_action"),
    *("expired_url", "used_url", "message_not_found", "user_not_in_channel"),
)
CALLS = {
    "the opening": ("chat.postMessage", "opening", "storm"),
    "a reply": ("chat.postMessage", "reply-1", "storm"),
    "any post": ("chat.postMessage", "", "storm"),
    "an update": ("chat.update", "", "storm"),
    "a private answer": ("response_url", "", "storm private"),
    "the file's share": ("files.completeUploadExternal", "", "hostile"),
}
"""Calls of a command: method, the part that it carries, and what is asked to come to it."""

MENTIONED = {
    "the greeting of a private mention": ("chat.postEphemeral", ""),
    "the opening of a private mention": ("chat.postEphemeral", "opening"),
    "a reply to a private mention": ("chat.postEphemeral", "reply-*"),
}
SHARED = {
    "the file's address": ("files.getUploadURLExternal", KINDS),
    "the file itself": ("upload", TRANSPORT),
}
"""Calls that do not tell their channel: each fault strikes one of those who ask at once."""


def unplayed(faults: list[Fault]) -> list[str]:
    return [fault.kind for fault in faults if not fault.hits]


async def all_ask(bench: Bench, question: str, count: int) -> None:
    asking = [
        bench.slack.type_command(channel_of(n), person_of(n), "/call-errors", question)
        for n in range(count)
    ]
    await asyncio.gather(*asking)


def all_complaints(bench: Bench) -> dict[str, list[str]]:
    return {kind: complaints(said_to(bench, number)) for number, kind in enumerate(KINDS)}


@pytest.mark.parametrize("call", CALLS)
async def test_slack_fails_at_a_call(tmp_path: Path, call: str) -> None:
    method, part, question = CALLS[call]
    async with open_whole(tmp_path, call_seconds=1) as bench:
        add_places(bench, len(KINDS))
        faults = [
            bench.team.faults.add(method, kind, part=part, times=2, channel=channel_of(number))
            for number, kind in enumerate(KINDS)
        ]
        await all_ask(bench, question, len(KINDS))
        await bench.slack.until(lambda: not unplayed(faults), 90)
        await bench.settled(0.3)
        assert not without(all_complaints(bench))


@pytest.mark.parametrize("call", MENTIONED)
async def test_slack_fails_at_a_call_of_a_private_mention(tmp_path: Path, call: str) -> None:
    method, part = MENTIONED[call]
    async with open_whole(tmp_path, call_seconds=1) as bench:
        add_places(bench, len(KINDS))
        faults = [
            bench.team.faults.add(method, kind, part=part, times=2, channel=channel_of(number))
            for number, kind in enumerate(KINDS)
        ]
        asking = [
            bench.slack.mention(channel_of(n), "storm private", user=person_of(n))
            for n in range(len(KINDS))
        ]
        await asyncio.gather(*asking)
        await bench.slack.until(lambda: not unplayed(faults), 90)
        await bench.settled(0.3)
        assert not without(all_complaints(bench))
        public = [m for n in range(len(KINDS)) for m in bench.team.in_channel(channel_of(n))]
        assert [m for m in public if m.bot_id] == []


@pytest.mark.parametrize("call", SHARED)
async def test_slack_fails_at_a_call_that_names_no_channel(tmp_path: Path, call: str) -> None:
    method, kinds = SHARED[call]
    async with open_whole(tmp_path, call_seconds=1) as bench:
        add_places(bench, len(KINDS))
        faults = [bench.team.faults.add(method, kind) for kind in kinds]
        await all_ask(bench, "hostile", len(KINDS))
        await bench.slack.until(lambda: not unplayed(faults), 90)
        await bench.settled(0.3)
        assert not without(all_complaints(bench))


async def test_slack_fails_at_looking_whether_a_message_stands(tmp_path: Path) -> None:
    async with open_whole(tmp_path, call_seconds=1) as bench:
        add_places(bench, len(KINDS))
        looking = []
        for number, kind in enumerate(KINDS):
            lost = {"part": "reply-1", "channel": channel_of(number)}
            bench.team.faults.add("chat.postMessage", "reset_after", **lost)
            at = {"times": 2, "channel": channel_of(number)}
            looking.append(bench.team.faults.add("conversations.*", kind, **at))
        await all_ask(bench, "storm", len(KINDS))
        await bench.slack.until(lambda: not unplayed(looking), 90)
        await bench.settled(0.3)
        assert not without(all_complaints(bench))


def words(message: Message) -> str:
    return shown(message) + visible_text(message.blocks)


def told(bench: Bench, number: int) -> bool:
    return any("CD-" in words(message) for message in said_to(bench, number))


async def comes(bench: Bench, what: Callable[[], object]) -> bool:
    """Whether it comes to hold in a while."""
    try:
        await bench.slack.until(what, 8)
    except TimeoutError:
        return False
    return True


def form(bench: Bench, before: int) -> View | None:
    return next(iter(list(bench.team.views.values())[before:]), None)


async def test_slack_fails_at_opening_the_form(tmp_path: Path) -> None:
    """The form opens all the same, or who used the shortcut is told, with a reference."""
    async with open_whole(tmp_path, call_seconds=1) as bench:
        add_places(bench, len(KINDS))
        wrong: list[str] = []
        for number, kind in enumerate(KINDS):
            before = len(bench.team.views)
            fault = bench.team.faults.add("views.open", kind, times=2)
            await bench.slack.use_global_shortcut(person_of(number))

            def opens(number: int = number, before: int = before) -> bool:
                return form(bench, before) is not None or told(bench, number)

            if not await comes(bench, opens):
                wrong.append(kind)
            assert fault.hits, kind
            bench.team.faults.clear()
        assert wrong == []


async def test_slack_fails_at_filling_the_form_in(tmp_path: Path) -> None:
    """What was found stands in the form, or who waits for it is told, with a reference."""
    async with open_whole(tmp_path, call_seconds=1) as bench:
        add_places(bench, len(KINDS))
        wrong: list[str] = []
        ids = [bench.hundredms.world.room(name).id for name in ("storm", "healthy")]
        for number, kind in enumerate(KINDS):
            before = len(bench.team.views)
            fault = bench.team.faults.add("views.update", kind, times=2)
            message = bench.slack.say(channel_of(number), " ".join(ids), user=person_of(number))
            await bench.slack.use_message_shortcut(message, person_of(number))

            def filled(number: int = number, before: int = before) -> bool:
                opened = form(bench, before)
                waits = opened is None or "One moment" in str(opened.content)
                return not waits or told(bench, number)

            if not await comes(bench, filled):
                wrong.append(kind)
            assert fault.hits, kind
            bench.team.faults.clear()
        assert wrong == []


def _is_hit(fault: Fault) -> bool:
    return bool(fault.hits)


def _has_home(bench: Bench, person: str) -> bool:
    return any(view.user == person for view in bench.team.views.values())


async def test_slack_fails_at_the_home_tab(tmp_path: Path) -> None:
    """Nobody waits for an answer there; whoever opens it again sees it."""
    async with open_whole(tmp_path, call_seconds=1) as bench:
        add_places(bench, len(KINDS))
        for number, kind in enumerate(KINDS):
            fault = bench.team.faults.add("views.publish", kind, times=1)
            person = person_of(number)
            await bench.slack.open_home(person)
            await bench.slack.until(partial(_is_hit, fault), 10)
            await bench.settled(0.05)
            await bench.slack.open_home(person)
            await bench.slack.until(partial(_has_home, bench, person), 10)
            assert fault.hits, kind
            bench.team.faults.clear()


async def outcome(settings: SlackSettings) -> str:
    try:
        return (await check_slack(settings)).bot_user_id
    except BotError as error:
        return "told" if "SLACK_" in error.cause + error.next_step else "not told"


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_slack_fails_before_anything_is_served(method: str) -> None:
    """The process starts, or says in a sentence what is wrong and what to do."""
    async with stand() as slack:
        settings = settings_for(slack.team, "socket", call_seconds=0.5)
        for kind in KINDS:
            fault = slack.team.faults.add(method, kind, times=2, seconds=1)
            assert await outcome(settings) in ("U0DOCTOR", "told"), kind
            assert fault.hits, kind
            slack.team.faults.clear()
