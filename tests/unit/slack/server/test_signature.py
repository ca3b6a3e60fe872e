"""Signatures of requests."""

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.server.http import is_signed
from workbench.pretend_slack.deliver import signed_headers


@given(st.binary(max_size=200), st.integers(-400, 400))
def test_a_signature_holds_for_five_minutes(body: bytes, age: int) -> None:
    headers = signed_headers("secret", body, "text/plain", 1_795_336_000 + age)
    lower = {name.lower(): value for name, value in headers.items()}
    assert is_signed("secret", lower, body, 1_795_336_000) is (abs(age) <= 300)
    assert not is_signed("secret", lower, body + b"x", 1_795_336_000)
    assert not is_signed("", lower, body, 1_795_336_000)
