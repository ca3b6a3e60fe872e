"""Where secrets may be sent."""

import pytest

from bot.domain.errors import Misconfigured
from bot.domain.web_address import check_address


@pytest.mark.parametrize(
    "address",
    ["https://api.100ms.live/v2", "http://127.0.0.1:9/v2", "http://localhost/x", "http://[::1]:3/"],
)
def test_good_addresses(address: str) -> None:
    check_address("HMS_API_URL", address)


@pytest.mark.parametrize(
    "address",
    [
        "http://api.100ms.example/v2",
        "http://10.0.0.5/v2",
        "https://api.100ms.live@evil.example/v2",
        "https://u:hush@api.100ms.live/v2",
        "https://api.100ms.live/v2?x=hush",
        "https://api.100ms.live/v2#hush",
        "https://host:port/",
        "ftp://api.100ms.live",
        "api.100ms.live",
        "https://",
        "",
    ],
)
def test_wrong_addresses_are_named_and_not_repeated(address: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        check_address("HMS_API_URL", address)
    assert "HMS_API_URL" in str(caught.value)
    assert "hush" not in str(caught.value)
