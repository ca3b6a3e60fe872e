"""Pages are read one after another, up to the limit and up to an error."""

from typing import cast

from bot.domain.errors import HundredMsUnreachable
from bot.investigate.fetch.pagination import Pagination, read_pages
from bot.investigate.ports import EventQuery, HundredMs, Page
from tests.support.investigate.scripted_hundredms import KIND, ROOM

CAP = 10_000


class Diary:
    """A 100ms of so many pages that writes down what is asked for; it breaks at page `broken`."""

    def __init__(self, pages: int, broken: int = -1) -> None:
        self.pages = pages
        self.broken = broken
        self.asked: list[int] = []

    async def events(self, _: EventQuery, start: str = "") -> Page:
        number = int(start or 0)
        self.asked.append(number)
        if number == self.broken:
            raise HundredMsUnreachable("100ms did not answer in time.")
        following = str(number + 1) if number + 1 < self.pages else ""
        return Page((), 100, self.pages * 100, following)


async def walked(diary: Diary, so_far: Pagination, cap: int = CAP) -> None:
    await read_pages(cast(HundredMs, diary), so_far, cap, lambda _: None)


async def test_every_page_is_asked_for_once() -> None:
    diary, so_far = Diary(3), Pagination(EventQuery(ROOM, KIND))
    await walked(diary, so_far)
    assert diary.asked == [0, 1, 2]
    assert (so_far.rows, so_far.why) == (300, None)


async def test_nothing_is_asked_for_beyond_the_limit() -> None:
    diary, so_far = Diary(9), Pagination(EventQuery(ROOM, KIND))
    await walked(diary, so_far, cap=200)
    assert diary.asked == [0, 1]
    assert so_far.why == "stopped at the limit of 200 events of one type"


async def test_trouble_with_the_next_page_costs_nothing_of_the_one_at_hand() -> None:
    diary, so_far = Diary(3, broken=1), Pagination(EventQuery(ROOM, KIND))
    await walked(diary, so_far)
    assert (so_far.rows, so_far.why) == (100, "100ms did not answer in time.")
