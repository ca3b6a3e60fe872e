import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sdk_fixes import is_before, parse_version


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("0.12.9", "0.12.15"),
        ("0.12.39", "0.13.0"),
        ("0.13.0-alpha.1", "0.13.0"),
        ("0.13.0-alpha.9", "0.13.0-alpha.10"),
        ("0.13.0-alpha", "0.13.0-alpha.0"),
        ("0.13.0-9", "0.13.0-alpha"),
        ("0.13.0-alpha.1", "0.13.0-beta"),
        ("2.0.0-alpha.3", "2.0.1"),
        ("1.16", "1.16.2"),
    ],
)
def test_an_older_version_comes_first(older: str, newer: str) -> None:
    first, second = parse_version(older), parse_version(newer)
    assert first is not None
    assert second is not None
    assert first < second
    assert is_before(older, newer)
    assert not is_before(newer, older)


@pytest.mark.parametrize("same", ["1.2", "1.2.0", "v1.2.0", " 1.2.0+build.7 "])
def test_zeros_and_builds_do_not_count(same: str) -> None:
    assert parse_version(same) == parse_version("1.2")


@pytest.mark.parametrize("text", [None, "", "latest", "1..2", "1.2.x", "9" * 5000])
def test_what_is_no_version_is_older_than_nothing(text: str | None) -> None:
    assert parse_version(text) is None
    assert not is_before(text, "99.0.0")


_NUMBERS = st.lists(st.integers(0, 50), min_size=3, max_size=3)


@given(_NUMBERS, st.integers(0, 50))
def test_every_pre_release_comes_before_its_release(numbers: list[int], alpha: int) -> None:
    release = ".".join(map(str, numbers))
    assert is_before(f"{release}-alpha.{alpha}", release)
    assert is_before(f"{release}-alpha.{alpha}", f"{release}-alpha.{alpha + 1}")
