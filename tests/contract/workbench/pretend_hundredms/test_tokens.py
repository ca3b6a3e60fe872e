from typing import Any

import httpx
import jwt
import pytest

from tests.support.pretend_hundredms import (
    BASE,
    KEY,
    NOW,
    OTHER_KEY,
    OTHER_SECRET,
    SECRET,
    bearer,
    bench,
    desk,
)
from workbench.pretend_hundredms.auth import management_token

SECOND = int(NOW.timestamp())
URL = f"{BASE}/rooms"


async def _asked(headers: dict[str, str], **switches: Any) -> httpx.Response:
    async with bench() as b:
        b.stage.switches.change(switches)
        del b.client.headers["Authorization"]
        return await b.client.get(URL, headers=headers)


async def test_a_management_token_opens_its_workspace() -> None:
    assert (await _asked(bearer())).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"type": "app"},
        {"version": 1},
        {"version": "2"},
        {"exp": SECOND},
        {"nbf": SECOND + 1},
        {"exp": "soon"},
        {"access_key": "0123456789abcdef0000000f"},
        {"access_key": OTHER_KEY},
        {"access_key": None},
    ],
)
async def test_a_wrong_claim_shuts_the_door(claims: dict[str, Any]) -> None:
    refused = await _asked(bearer(**claims))
    assert refused.status_code == 401
    assert refused.json()["code"] == 401
    assert refused.json()["message"] == "Token validation error"


@pytest.mark.parametrize("missing", ["jti", "iat", "nbf", "exp", "type", "version"])
async def test_no_claim_may_be_missing(missing: str) -> None:
    whole = jwt.decode(management_token(KEY, SECRET, NOW), options={"verify_signature": False})
    del whole[missing]
    token = jwt.encode(whole, SECRET, algorithm="HS256")
    assert (await _asked({"Authorization": f"Bearer {token}"})).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": f"Basic {management_token(KEY, SECRET, NOW)}"},
        bearer(KEY, "another-secret-that-is-long-enough-to-be-one"),
        {"Authorization": f"Bearer {management_token(KEY, SECRET, NOW)}x"},
    ],
)
async def test_without_a_signed_token_nothing_opens(headers: dict[str, str]) -> None:
    assert (await _asked(headers)).status_code == 401


async def test_other_algorithms_are_refused() -> None:
    claims = jwt.decode(management_token(KEY, SECRET, NOW), options={"verify_signature": False})
    for algorithm, secret in (("none", ""), ("HS512", SECRET * 2)):
        token = jwt.encode(claims, secret, algorithm=algorithm)
        assert (await _asked({"Authorization": f"Bearer {token}"})).status_code == 401


async def test_leeway_and_the_clock_of_tokens_are_switches() -> None:
    late = bearer(exp=SECOND - 5)
    assert (await _asked(late, token_leeway_s=10)).status_code == 200
    assert (await _asked(bearer(), token_clock_ahead_s=25 * 3600)).status_code == 401
    assert (await _asked(bearer(), clock_ahead_s=25 * 3600)).status_code == 200


async def test_a_bad_token_may_be_answered_with_403() -> None:
    refused = await _asked({}, bad_token="403")
    assert (refused.status_code, refused.json()["message"]) == (403, "insufficient permissions")


async def test_what_belongs_to_another_workspace_is_unknown() -> None:
    ours, theirs = desk(), desk("desk-of-b")
    async with bench() as b:
        headers = bearer(OTHER_KEY, OTHER_SECRET)
        for path in (f"/rooms/{ours.id}", f"/sessions/{ours.sessions[0].id}"):
            assert (await b.get(path)).status_code == 200
            assert (await b.client.get(BASE + path, headers=headers)).status_code == 404
        listed = (await b.client.get(URL, headers=headers)).json()["data"]
        assert [room["id"] for room in listed] == [theirs.id]
        assert [call.workspace for call in b.stage.calls.calls] == ["a", "b", "a", "b", "b"]
