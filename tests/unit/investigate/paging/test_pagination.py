"""Each page is asked for before the one at hand is read, unless that one may be the last needed."""

from typing import cast

from bot.domain.errors import HundredMsUnreachable
from bot.investigate.fetch.pagination import Pagination, read_pages
from bot.investigate.ports import EventQuery, HundredMs, Page, RawPage
from tests.support.investigate.scripted_hundredms import KIND, ROOM

CAP = 10_000


class Diary:
    """A 100ms of so many pages that writes down what happens; it breaks at page `broken`."""

    def __init__(self, pages: int, broken: int = -1) -> None:
        self.pages = pages
        self.broken = broken
        self.written: list[str] = []

    async def page(self, _: EventQuery, start: str = "") -> RawPage:
        number = int(start or 0)
        self.written.append(f"asked {number}")
        if number == self.broken:
            raise HundredMsUnreachable("100ms did not answer in time.")
        following = str(number + 1) if number + 1 < self.pages else ""

        def read() -> Page:
            self.written.append(f"read {number}")
            return Page((), 100, self.pages * 100, following)

        return RawPage(100, following, read)


async def walked(diary: Diary, so_far: Pagination, cap: int = CAP) -> None:
    await read_pages(cast(HundredMs, diary), so_far, cap, lambda _: None)


async def test_the_next_page_is_asked_for_before_one_is_read() -> None:
    diary, so_far = Diary(3), Pagination(EventQuery(ROOM, KIND))
    await walked(diary, so_far)
    assert diary.written == ["asked 0", "asked 1", "read 0", "asked 2", "read 1", "read 2"]
    assert (so_far.rows, so_far.why) == (300, None)


async def test_a_patient_walk_reads_first() -> None:
    diary, so_far = Diary(2), Pagination(EventQuery(ROOM, KIND), read_before_next=True)
    await walked(diary, so_far)
    assert diary.written == ["asked 0", "read 0", "asked 1", "read 1"]


async def test_nothing_is_asked_for_beyond_the_limit() -> None:
    diary, so_far = Diary(9), Pagination(EventQuery(ROOM, KIND))
    await walked(diary, so_far, cap=200)
    assert diary.written == ["asked 0", "asked 1", "read 0", "read 1"]
    assert so_far.why == "stopped at the limit of 200 events of one type"


async def test_trouble_with_the_next_page_costs_nothing_of_the_one_at_hand() -> None:
    diary, so_far = Diary(3, broken=1), Pagination(EventQuery(ROOM, KIND))
    await walked(diary, so_far)
    assert diary.written == ["asked 0", "asked 1", "read 0"]
    assert (so_far.rows, so_far.why) == (100, "100ms did not answer in time.")
