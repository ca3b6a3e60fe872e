"""How fast a channel is posted to, and who goes first."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.sending.rate_limit import ChannelRateLimiter, _Allowance
from bot.slack.slack_settings import Rates


@given(
    each=st.sampled_from([0.5, 1.0, 3.0]),
    most=st.integers(1, 20),
    comes=st.lists(st.floats(0, 5), min_size=1, max_size=60),
)
def test_no_stretch_of_time_holds_more_than_is_allowed(
    each: float, most: int, comes: list[float]
) -> None:
    place, now = _Allowance(), 0.0
    posted: list[float] = []
    for gap in comes:
        now += gap
        now += max(0.0, place.seconds_to_wait(now, most, each))
        place.spend(now, each)
        posted.append(now)
    for first, begin in enumerate(posted):
        for last in range(first, len(posted)):
            allowed = most + (posted[last] - begin) / each
            assert last - first + 1 <= allowed + 1e-6


@given(owed=st.integers(0, 30), extra=st.integers(1, 20), most=st.integers(1, 10))
def test_an_opening_never_waits_for_replies(owed: int, extra: int, most: int) -> None:
    place = _Allowance()
    for _ in range(min(owed, most)):
        place.spend(0.0, 1.0)
    assert place.seconds_to_wait(0.0, most + extra, 1.0) <= 0


async def said(
    pace: ChannelRateLimiter, log: list[str], name: str, *, opening: bool = False
) -> None:
    await pace.acquire("C1", opening=opening)
    log.append(name)


async def test_an_opening_goes_before_replies_that_came_earlier() -> None:
    pace, log = ChannelRateLimiter(Rates(20.0, 1, 5)), list[str]()
    thread = [asyncio.create_task(said(pace, log, f"reply-{n}")) for n in range(6)]
    await asyncio.sleep(0)
    await said(pace, log, "opening", opening=True)
    assert log == ["reply-0", "opening"]
    await asyncio.gather(*thread)
    assert log == ["reply-0", "opening", *(f"reply-{n}" for n in range(1, 6))]


async def test_channels_do_not_wait_for_each_other() -> None:
    pace, log = ChannelRateLimiter(Rates(0.001, 1, 1)), list[str]()
    await said(pace, log, "one")
    await asyncio.wait_for(pace.acquire("C2", opening=False), 1)


def test_processes_share_an_allowance() -> None:
    alone, shared = _Allowance(), _Allowance()
    for _ in range(4):
        alone.spend(0.0, 1.0)
        shared.spend(0.0, 3.0)
    assert shared.seconds_to_wait(0.0, 1, 3.0) == 3 * alone.seconds_to_wait(0.0, 1, 1.0)


async def test_a_limit_holds_the_whole_channel() -> None:
    pace, log = ChannelRateLimiter(Rates(1000.0, 1000, 1000)), list[str]()
    assert pace.note("C1", 0.2)
    other = asyncio.create_task(said(pace, log, "other", opening=True))
    await asyncio.sleep(0)
    await said(pace, log, "refused")
    await other
    assert sorted(log) == ["other", "refused"]


async def test_a_long_limit_is_told_at_once_and_holds_no_other_channel() -> None:
    pace = ChannelRateLimiter(Rates(1000.0, 1000, 1000), max_wait=30)
    assert not pace.note("C1", 900)
    assert await pace.acquire("C1", opening=True) > 800
    assert await pace.acquire("C2", opening=False) == 0
    assert not pace.note("C2", 0)
