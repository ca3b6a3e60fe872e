"""What public buttons brought: claimed by one press, kept or released, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.domain.answer_log import Claim, PostClaims
from bot.storage import open_database

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


async def test_one_has_it_and_the_others_hear_how_far_it_is(database_url: str) -> None:
    async with open_database(database_url) as memory:
        shown: PostClaims = memory.post_claims
        assert await shown.claim("what", "press-1") is Claim.ACQUIRED
        assert await shown.claim("what", "press-1") is Claim.ACQUIRED, "after a crash"
        assert await shown.claim("what", "press-2") is Claim.HELD
        assert await shown.claim("else", "press-2") is Claim.ACQUIRED
        await shown.keep("what", "press-2")
        assert await shown.claim("what", "press-2") is Claim.HELD, "it was not theirs"
        await shown.keep("what", "press-1")
    async with open_database(database_url) as memory:
        assert await memory.post_claims.claim("what", "press-2") is Claim.DONE
        await memory.post_claims.release("what", "press-1")
        assert await memory.post_claims.claim("what", "press-2") is Claim.DONE, (
            "what stands, stands"
        )


async def test_of_many_at_once_one_has_it(database_url: str) -> None:
    async with open_database(database_url) as one, open_database(database_url) as other:
        asking = [
            memory.post_claims.claim("what", f"press-{number}-{place}")
            for number in range(6)
            for place, memory in enumerate((one, other))
        ]
        claims = await asyncio.gather(*asking)
        assert sorted(claims) == [Claim.ACQUIRED] + [Claim.HELD] * 11


async def test_what_could_not_be_shown_is_the_next_ones(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.post_claims.claim("what", "press-1")
        await memory.post_claims.release("what", "press-2")
        assert await memory.post_claims.claim("what", "press-2") is Claim.HELD
        await memory.post_claims.release("what", "press-1")
        assert await memory.post_claims.claim("what", "press-2") is Claim.ACQUIRED


async def test_a_claim_that_became_nothing_is_void_after_an_hour(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await memory.post_claims.claim("left", "press-1")
        await memory.post_claims.claim("stands", "press-1")
        await memory.post_claims.keep("stands", "press-1")
        clock.now += timedelta(minutes=59)
        assert await memory.post_claims.claim("left", "press-2") is Claim.HELD
        clock.now += timedelta(minutes=2)
        assert await memory.post_claims.claim("left", "press-2") is Claim.ACQUIRED
        assert await memory.post_claims.claim("left", "press-1") is Claim.HELD
        assert await memory.post_claims.claim("stands", "press-2") is Claim.DONE


async def test_what_stands_is_known_for_thirty_days(database_url: str) -> None:
    clock = Clock()
    async with open_database(database_url, clock=clock) as memory:
        await memory.post_claims.claim("what", "press-1")
        await memory.post_claims.keep("what", "press-1")
        clock.now += timedelta(days=29)
        await memory.purge()
        assert await memory.post_claims.claim("what", "press-2") is Claim.DONE
        clock.now += timedelta(days=2)
        await memory.purge()
        assert await memory.post_claims.claim("what", "press-2") is Claim.ACQUIRED
