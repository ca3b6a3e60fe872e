"""Votes on answers: one a person and answer, for 400 days, and forgotten, on both databases."""

import dataclasses
from datetime import timedelta

from bot.domain.votes import Vote
from bot.storage import Database, open_database
from tests.contract.storage.test_answer_log import ANSWER, HANDLE, START, Clock

VOTE = Vote("CD-AB234567", "U0BOB", "service", 0.8, right=True)
WRONG = dataclasses.replace(VOTE, right=False, cause="app", note="the app's own token")


async def answered(memory: Database, *references: str, **facts: str) -> None:
    """Log an answer with the verdict `service` for each reference."""
    for reference in references:
        handle = dataclasses.replace(HANDLE, lookup_id=reference, **facts)  # type: ignore[arg-type]
        answer = dataclasses.replace(ANSWER, handle=handle, verdict="service", confidence=0.8)
        await memory.answer_log.remember(answer)


async def counted(memory: Database) -> tuple[int, int, int, int]:
    """Return the numbers of answers, votes, judged answers and right ones."""
    accuracy = await memory.votes.accuracy()
    return accuracy.answers, accuracy.votes, accuracy.judged, accuracy.right


async def test_a_later_vote_replaces_the_persons_earlier_one(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await answered(memory, "CD-AB234567", "CD-OTHER222")
        await memory.votes.cast(VOTE, START)
        assert await counted(memory) == (2, 1, 1, 1)
    async with open_database(database_url) as memory:
        await memory.votes.cast(WRONG, START)
        await memory.votes.cast(WRONG, START)  # pressed again after a crash
        assert await counted(memory) == (2, 1, 1, 0)
        assert await memory.votes.since() == (WRONG,)
        await memory.votes.cast(dataclasses.replace(VOTE, voter="U0ALICE"), START)
        assert await counted(memory) == (2, 2, 1, 0), "a tie is not right"


async def test_a_vote_on_an_answer_that_was_not_logged_counts_it(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.votes.cast(VOTE, START)
        accuracy = await memory.votes.accuracy(START - timedelta(days=1))
        assert (accuracy.answers, accuracy.judged, accuracy.share) == (1, 1, 1.0)
        assert (await memory.votes.accuracy(START + timedelta(days=1))).answers == 0


async def test_a_completed_answer_changes_its_verdict_and_not_its_time(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await answered(memory, "CD-AB234567")
        clock.now += timedelta(hours=2)
        await answered(memory, "CD-AB234567")
        assert (await memory.votes.accuracy(START + timedelta(hours=1))).answers == 0
        assert (await memory.votes.accuracy()).answers == 1


async def test_votes_live_for_400_days_and_the_answer_for_30(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await answered(memory, "CD-AB234567")
        await memory.votes.cast(VOTE, START)
        clock.now = START + timedelta(days=399)
        await memory.purge()
        assert await memory.answer_log.find("CD-AB234567") is None
        assert await counted(memory) == (1, 1, 1, 1)
        clock.now = START + timedelta(days=401)
        await memory.purge()
        clock.now = START
        assert await counted(memory) == (0, 0, 0, 0)


async def test_whoever_is_forgotten_has_voted_on_nothing(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await answered(memory, "CD-AB234567")
        await memory.votes.cast(VOTE, START)
        await memory.votes.cast(dataclasses.replace(WRONG, voter="U0ALICE"), START)
        assert (await memory.forget_user("U0BOB"))["votes"] == 1
        assert [vote.voter for vote in await memory.votes.since()] == ["U0ALICE"]


async def test_votes_on_answers_about_whom_is_forgotten_go(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await answered(memory, "CD-ABOUT222", user_id="customer-7")
        await answered(memory, "CD-ROOM2222", room_id="room-2")
        for reference in ("CD-ABOUT222", "CD-ROOM2222", "CD-AB234567"):
            await memory.votes.cast(dataclasses.replace(WRONG, reference=reference), START)
        assert (await memory.forget_user("customer-7"))["votes"] == 1
        assert (await memory.forget_room("room-2"))["votes"] == 1
        assert [vote.reference for vote in await memory.votes.since()] == ["CD-AB234567"]


async def test_home_lists_a_persons_own_answers_and_channels(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        for number, channel in enumerate(("C0ONE", "D0DIRECT", "C0TWO", "C0ONE", "G0PRIVATE")):
            handle = dataclasses.replace(HANDLE, lookup_id=f"CD-NUMBER{number}2")
            answer = dataclasses.replace(
                ANSWER, handle=handle, channel=channel, sentence=f"{number} people could not join."
            )
            await memory.answer_log.remember(answer)
            clock.now += timedelta(minutes=1)
        log = memory.answer_log
        mine = await log.last_of("U0ALICE", 3)
        assert [one.sentence[0] for one in mine] == ["4", "3", "2"]
        assert mine[0].answered_at == START + timedelta(minutes=4)
        assert await log.channels_of("U0ALICE", 10) == ("G0PRIVATE", "C0ONE", "C0TWO")
        assert (await log.last_of("U0BOB", 3), await log.channels_of("U0BOB", 3)) == ((), ())
        await memory.forget_user("U0ALICE")
        assert await log.last_of("U0ALICE", 3) == ()
