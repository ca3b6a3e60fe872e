"""A response_url: its uses, its end, and that it is never shown."""

from bot.slack.payloads import ReplyTarget
from bot.slack.response_url import ResponseUrl, parse_response_url

ADDRESS = "https://hooks.slack.example/commands/T1/1/secret"


def test_an_address_serves_five_times_and_not_for_long() -> None:
    now = 0.0
    url = ResponseUrl(ADDRESS, born=0.0, now=lambda: now)
    assert url.uses_left == 5
    url.used = 4
    assert url.uses_left == 1
    assert not url.is_expired
    now = 26 * 60
    assert url.is_expired
    url.dead = True
    assert url.uses_left == 0
    assert "secret" not in repr(url)
    assert "secret" not in repr(ReplyTarget("U1", url=url))
    assert parse_response_url("") is None
