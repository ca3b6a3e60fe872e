"""Votes in the whole bot: stored, confirmed to the voter alone, changed, refused."""

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.votes import Vote
from tests.support.slack.edge_harness import Bench, check_all, lookup_of, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import check_view
from workbench.pretend_slack.limits.visible import visible_text
from workbench.pretend_slack.records import View

ROOM = "one-bad-user"


async def answered(bench: Bench, text: str = ROOM, channel: str = "C0ONCALL") -> Message:
    """Ask as Alice and return the opening of the answer, complete with its thread."""
    await bench.slack.type_command(channel, "U0ALICE", "/call-errors", text)
    await bench.slack.until(lambda: "feedback" in str(bench.said()), 30)
    await bench.settled()
    return next(message for message in bench.said() if "'feedback" in str(message.blocks))


def lines_for(bench: Bench, user: str) -> list[str]:
    """Return the private lines about votes that a person got, oldest first."""
    messages = bench.team.ephemeral(user)
    return [one.text for one in messages if "vote" in one.text]


async def votes(bench: Bench) -> list[Vote]:
    return list(await bench.memory.votes.since())


async def opened_form(bench: Bench, opening: Message, user: str = "U0ALICE") -> View:
    before = len(bench.team.views)
    await bench.slack.click(opening, "feedback", user, value="negative")
    assert len(bench.team.views) == before + 1
    return list(bench.team.views.values())[-1]


async def test_a_vote_is_stored_before_it_is_acknowledged_and_told_to_the_voter(
    tmp_path: Path,
) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        opening = await answered(bench)
        delivery = await bench.slack.click(opening, "feedback", "U0BOB", value="positive")
        assert delivery.acked
        (vote,) = await votes(bench)
        reference = lookup_of(opening)
        assert (vote.reference, vote.voter, vote.right, vote.cause) == (
            *(reference, "U0BOB", True),
            "",
        )
        answer = await bench.memory.answer_log.find(reference)
        assert answer is not None
        assert (vote.verdict, vote.confidence) == (answer.verdict, answer.confidence)
        (line,) = lines_for(bench, "U0BOB")
        assert line.startswith(f"Your vote on `{reference}` is stored: right. ")
        assert lines_for(bench, "U0ALICE") == []
        (row,) = [row for row in await bench.memory.audit.find() if row.action == "feedback"]
        assert (row.outcome.value, row.reference, row.user) == ("voted", reference, "U0BOB")
        check_all(bench)


async def test_a_vote_against_an_answer_counts_when_its_form_is_submitted(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        opening = await answered(bench)
        view = await opened_form(bench, opening)
        assert await votes(bench) == []
        assert check_view(view.content) == []
        cause, note = view.content["blocks"]
        assert [option["value"] for option in cause["element"]["options"]] == [
            *("user_network", "shared_network", "device", "environment", "app"),
            *("account", "service", "mixed", "none", "unknown"),
        ]
        assert note["element"]["max_length"] == 200
        typed = "Their proxy 203.0.113.9, says ann@acme.example; token=abcdefgh12345678"
        await bench.slack.submit(view, {"cause": "app", "note": typed})
        assert not view.is_open
        (vote,) = await votes(bench)
        assert (vote.right, vote.cause) == (False, "app")
        for secret in ("203.0.113.9", "ann@", "abcdefgh12345678"):
            assert secret not in vote.note
        assert vote.note.startswith("Their proxy [ip]")
        (line,) = lines_for(bench, "U0ALICE")
        assert "wrong, the true cause: the app (token, role, or use of the SDK)" in line
        outcomes = {
            row.action: (row.outcome.value, row.reference)
            for row in await bench.memory.audit.find()
            if row.action.startswith("feedback")
        }
        reference = lookup_of(opening)
        assert outcomes == {
            "feedback": ("form_opened", reference),
            "feedback_form": ("voted", reference),
        }


async def test_a_vote_can_be_changed_and_everybody_has_one(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        opening = await answered(bench)
        await bench.slack.click(opening, "feedback", value="positive")
        await bench.slack.click(opening, "feedback", "U0BOB", value="positive")
        await bench.slack.submit(await opened_form(bench, opening), {"cause": "service"})
        by_voter = {vote.voter: vote.right for vote in await votes(bench)}
        assert by_voter == {"U0ALICE": False, "U0BOB": True}
        await bench.slack.click(opening, "feedback", value="positive")
        assert all(vote.right and not vote.cause for vote in await votes(bench))
        assert len(lines_for(bench, "U0ALICE")) == 3


async def test_where_slack_refuses_the_block_classic_buttons_vote(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        bench.team.refused_blocks = {"context_actions"}
        opening = await answered(bench)
        assert "rich_text" in {block["type"] for block in opening.blocks}
        await bench.slack.click(opening, "feedback_right")
        assert [vote.right for vote in await votes(bench)] == [True]
        await bench.slack.click(opening, "feedback_wrong")
        view = list(bench.team.views.values())[-1]
        await bench.slack.submit(view, {"cause": "device"})
        assert [vote.cause for vote in await votes(bench)] == ["device"]


async def test_a_private_answer_is_voted_on_where_it_stands(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        opening = await answered(bench, f"{ROOM} private")
        assert opening.ephemeral_to == "U0ALICE"
        await bench.slack.click(opening, "feedback", value="positive")
        assert [vote.voter for vote in await votes(bench)] == ["U0ALICE"]
        assert len(lines_for(bench, "U0ALICE")) == 1


async def test_people_of_other_companies_have_no_vote(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        opening = await answered(bench, f"{ROOM} public", "C0SHARED")
        await bench.slack.click(opening, "feedback", "U0OUT", value="positive")
        await bench.slack.click(opening, "feedback", "U0OUT", value="negative")
        await bench.settled()
        assert await votes(bench) == []
        assert bench.team.views == {}
        assert "another company" in str([one.text for one in bench.team.ephemeral("U0OUT")])


async def test_a_vote_that_cannot_be_stored_is_not_confirmed(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        opening = await answered(bench)
        view = await opened_form(bench, opening)
        with contextlib.closing(sqlite3.connect(tmp_path / "bot.db")) as database:
            database.execute("ALTER TABLE votes RENAME TO gone")
        await bench.slack.submit(view, {"cause": "app"})
        assert view.is_open
        assert "could not be stored" in str(view.errors)
        await bench.slack.click(opening, "feedback", value="positive")
        await bench.settled()
        assert lines_for(bench, "U0ALICE") == []
        said = visible_text([b for m in bench.team.ephemeral("U0ALICE") for b in m.blocks])
        assert "Call Doctor's own database does not answer" in said


@pytest.mark.parametrize("value", ["", "{}", '{"vote":"right"}', "[1]", "x" * 2000])
async def test_a_value_that_is_not_ours_is_no_vote(tmp_path: Path, value: str) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        text = {"type": "plain_text", "text": "Right"}
        button = {"type": "button", "action_id": "feedback_right", "text": text, "value": value}
        if not value:
            del button["value"]
        message = bench.team.app_message(
            "C0ONCALL", text="old", blocks=[{"type": "actions", "elements": [button]}]
        )
        await bench.slack.click(message, "feedback_right")
        await bench.settled()
        assert await votes(bench) == []
        assert any(part_of(one) == "error" for one in bench.team.ephemeral("U0ALICE"))


async def test_the_accuracy_is_told_to_the_asker_alone(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        opening = await answered(bench)
        await bench.slack.click(opening, "feedback", value="positive")
        for number in range(9):
            vote = Vote(f"CD-OTHER22{number}", "U0BOB", "service", 0.8, right=number > 2)
            await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "accuracy")
            assert "not enough votes" in bench.team.ephemeral("U0ALICE")[-1].text
            await bench.memory.votes.cast(vote, datetime.now(UTC))
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "Accuracy since 30d")
        told = bench.team.ephemeral("U0ALICE")[-1]
        assert told.text.startswith("Right in 7 of 10 judged answers. 10 of 10 answers were")
        assert "The 100ms service: right in 6 of 9" in visible_text(told.blocks)
        await bench.slack.mention("C0ONCALL", "accuracy", opening.ts, "U0BOB")
        await bench.slack.until(lambda: "Right in 7" in str(bench.team.ephemeral("U0BOB")))
        await bench.slack.type_command("C0ONCALL", "U0BOB", "/call-errors", "Accuracy? since 7d")
        assert "the answers since 20" in visible_text(bench.team.ephemeral("U0BOB")[-1].blocks)
        await bench.slack.type_command("C0ONCALL", "U0BOB", "/call-errors", "accuracy of what")
        assert "room accuracy" in visible_text(bench.team.ephemeral("U0BOB")[-1].blocks)
        outcomes = [row.outcome.value for row in await bench.memory.audit.find(user="U0BOB")]
        assert outcomes == ["accuracy", "accuracy", "not_read"]


async def test_an_answer_in_direct_messages_is_voted_on_there(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        direct = bench.team.direct_channel("U0ALICE").id
        await bench.slack.write_direct(ROOM)
        await bench.slack.until(lambda: "feedback" in str(bench.said(direct)), 30)
        await bench.settled()
        opening = next(m for m in bench.said(direct) if "'feedback" in str(m.blocks))
        await bench.slack.click(opening, "feedback", value="positive")
        await bench.slack.submit(await opened_form(bench, opening), {"cause": "app"})
        assert [vote.cause for vote in await votes(bench)] == ["app"]
        told = [one.text for one in bench.said(direct) if "Your vote on" in one.text]
        assert len(told) == 2
        check_all(bench)


async def test_a_follow_up_has_votes_of_its_own(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        opening = await answered(bench)
        await bench.slack.mention("C0ONCALL", "since 12h", opening.ts)
        await bench.slack.until(lambda: str(bench.said()).count("'feedback'") > 1, 30)
        await bench.settled()
        follow_up = [m for m in bench.said() if "'feedback'" in str(m.blocks)][-1]
        assert lookup_of(follow_up) != lookup_of(opening)
        await bench.slack.click(follow_up, "feedback", value="positive")
        assert [vote.reference for vote in await votes(bench)] == [lookup_of(follow_up)]
        line = bench.team.ephemeral("U0ALICE")[-1]
        assert f"Your vote on `{lookup_of(follow_up)}`" in line.text
        assert line.thread_ts == opening.ts
