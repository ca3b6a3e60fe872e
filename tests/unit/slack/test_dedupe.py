"""Keys of deliveries that were received already."""

from bot.slack.dedupe import RecentKeys


def test_keys_are_remembered_and_forgotten() -> None:
    seen = RecentKeys()
    assert seen.add("a", "b")
    assert not seen.add("a", "b")
    assert seen.add("ab", "")
    seen.forget("a", "b")
    assert seen.add("a", "b")
