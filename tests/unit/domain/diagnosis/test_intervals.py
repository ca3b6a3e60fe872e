"""What lasts is found by when, as if each thing had been looked at."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.diagnosis.intervals import EARLIEST, LATEST, IntervalIndex, shift

START = datetime(2026, 11, 2, tzinfo=UTC)
moments = st.integers(0, 30).map(lambda minutes: START + timedelta(minutes=minutes))
spans = st.tuples(moments, moments).map(sorted)


@given(st.lists(spans, max_size=12), moments, moments)
def test_what_went_on_then(held: list[list[datetime]], since: datetime, until: datetime) -> None:
    known = IntervalIndex((begins, ends, number) for number, (begins, ends) in enumerate(held))
    wanted = [n for n, (begins, ends) in enumerate(held) if begins <= until and ends >= since]
    assert sorted(known.between(since, until)) == wanted


def test_the_calendar_has_ends() -> None:
    day = timedelta(days=1)
    assert shift(EARLIEST, -day) == EARLIEST
    assert shift(LATEST, day) == LATEST
    assert shift(EARLIEST, day) == EARLIEST + day
