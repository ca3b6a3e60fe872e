"""Mentions: in threads, where slash commands cannot be typed; and the Home tab."""

import pytest

from bot.domain.channel_settings import ChannelSettings, SettingsPatch
from bot.domain.privacy.personal_names import Names
from bot.domain.target import Candidate, Choices
from tests.support.slack.edge_harness import check_all, open_bench, part_of, shown
from tests.support.slack.fakes import ROOM

MODES = pytest.mark.parametrize("mode", ["http", "socket"])


@MODES
async def test_a_mention_in_a_thread_is_answered_there(mode: str) -> None:
    async with open_bench(mode) as bench:
        root = bench.slack.say("C0ONCALL", "it broke")
        await bench.slack.mention("C0ONCALL", ROOM, thread_ts=root.ts)
        await bench.until_said("event-1")
        answers = [m for m in bench.team.thread("C0ONCALL", root.ts) if m.bot_id]
        assert [part_of(m) for m in answers] == ["opening", "reply-1", "reply-2"]
        assert "Looking up" in answers[0].edits[0]["text"]
        check_all(bench)


@MODES
async def test_a_mention_outside_a_thread_is_answered_in_one_under_itself(mode: str) -> None:
    async with open_bench(mode) as bench:
        await bench.slack.mention("C0ONCALL", ROOM)
        await bench.until_said("event-1")
        (mention,) = bench.team.in_channel("C0ONCALL")
        assert mention.bot_id is None
        assert len(bench.team.thread("C0ONCALL", mention.ts)) == 3


async def test_an_error_after_the_answer_leaves_the_answer() -> None:
    async with open_bench() as bench:
        bench.renderer.chart_fails = True
        root = bench.slack.say("C0ONCALL", "it broke")
        await bench.slack.mention("C0ONCALL", ROOM, thread_ts=root.ts)
        error = await bench.until_said("a bug of ours")
        await bench.settled()
        answers = [m for m in bench.team.thread("C0ONCALL", root.ts) if m.bot_id and not m.deleted]
        assert part_of(answers[0]) == "opening"
        assert error.ephemeral_to == "U0ALICE"


class FixedSettings:
    """The settings of every channel: the extent to which names are shown."""

    def __init__(self, names: Names) -> None:
        self.names = names

    async def of(self, channel: str) -> ChannelSettings:  # noqa: ARG002
        return ChannelSettings(names=self.names)

    async def change(self, channel: str, change: SettingsPatch, by: str) -> ChannelSettings:  # noqa: ARG002
        return await self.of(channel)


@pytest.mark.parametrize("names", list(Names))
async def test_b16_suggestions_are_for_the_asker_alone_and_name_people_as_set(
    names: Names,
) -> None:
    async with open_bench(channels=FixedSettings(names)) as bench:
        root = bench.slack.say("C0ONCALL", "it broke")
        person = Candidate("user", "user u1 in room r", "in room r", "default", name="Marta Long")
        room = Candidate("room", ROOM, "Room storm", "default")
        bench.investigator.choices = Choices((room, person), "No room called “strom”.", near=True)
        await bench.slack.mention("C0ONCALL", "strom", thread_ts=root.ts)
        offered = await bench.until_said("Which one?")
        await bench.settled()
        assert offered.ephemeral_to == "U0ALICE"
        assert all(message.deleted or message.ephemeral_to for message in bench.said())
        label = {Names.FULL: "Marta Long in", Names.SHORT: "Marta L. in"}
        assert label.get(names, "A participant in") in str(offered.blocks)
        bench.investigator.choices = None
        await bench.slack.click(offered, "choose-0")
        await bench.until_said("event-1")


@pytest.mark.parametrize("text", ["", "help", "since never"])
async def test_help_and_the_unreadable_answer_only_the_asker(text: str) -> None:
    async with open_bench() as bench:
        await bench.slack.mention("C0ONCALL", text)
        await bench.slack.until(bench.said)
        (only,) = bench.said()
        assert only.ephemeral_to == "U0ALICE"


async def test_a_private_mention_is_seen_by_nobody_else() -> None:
    async with open_bench() as bench:
        await bench.slack.mention("C0ONCALL", f"{ROOM} private")
        await bench.until_said("event-1")
        assert all(m.ephemeral_to == "U0ALICE" for m in bench.said())
        assert bench.parts() == ["opening", "reply-1"]


async def test_an_event_delivered_again_is_answered_once() -> None:
    async with open_bench() as bench:
        delivery = await bench.slack.mention("C0ONCALL", ROOM)
        again = await bench.slack.redeliver(delivery)
        assert again.status == 200
        await bench.until_said("event-1")
        await bench.settled()
        assert len(bench.investigator.asked) == 1


@MODES
async def test_a_mention_that_fails_says_so_to_the_asker_alone(mode: str) -> None:
    async with open_bench(mode) as bench:
        bench.investigator.error = RuntimeError("bits fell out")
        await bench.slack.mention("C0ONCALL", ROOM)
        found = await bench.until_said("Reference CD-")
        assert part_of(found) == "error"
        assert "bits" not in shown(found)
        await bench.settled()
        assert found.ephemeral_to == "U0ALICE"
        assert [m for m in bench.said() if not m.deleted] == [found]


@pytest.mark.parametrize("text", ["hello", "thanks a lot! :pray:", "ok"])
async def test_a_word_of_politeness_is_no_room(text: str) -> None:
    async with open_bench() as bench:
        await bench.slack.mention("C0ONCALL", text)
        found = await bench.until_said("Paste a room's name")
        assert found.ephemeral_to == "U0ALICE"
        assert bench.investigator.asked == []


@MODES
async def test_the_home_tab_shows_how_to_ask(mode: str) -> None:
    async with open_bench(mode) as bench:
        await bench.slack.open_home("U0BOB")
        await bench.slack.until(lambda: bench.team.views)
        (view,) = bench.team.views.values()
        assert (view.kind, view.user) == ("home", "U0BOB")


async def test_while_it_waits_the_looking_message_says_for_what() -> None:
    async with open_bench() as bench:
        bench.investigator.told = "100ms is rate-limiting us"
        await bench.slack.mention("C0ONCALL", ROOM)
        found = await bench.until_said("event-1")
        opening = next(m for m in bench.said() if part_of(m) == "opening")
        assert found is not opening
        assert "is rate-limiting us" in str(opening.edits)
        await bench.slack.type_command("C0ONCALL", "U0BOB", "/call-errors", ROOM)
        assert (await bench.until_said("is rate-limiting us")).ephemeral_to == "U0BOB"
