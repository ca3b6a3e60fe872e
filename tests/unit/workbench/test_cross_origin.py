"""Other web pages in the same browser steer neither of the pretend services."""

import httpx
import pytest

from workbench.fence import is_own
from workbench.pretend_hundredms.app import build
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import utc_now
from workbench.pretend_slack.standing import stand


async def refused(url: str, path: str) -> list[int]:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        foreign = await http.get(path, headers={"host": "evil.example"})
        form = await http.post(path, content="{}", headers={"content-type": "text/plain"})
        cross = await http.post(path, json={}, headers={"origin": "https://evil.example"})
        return [foreign.status_code, form.status_code, cross.status_code]


async def test_the_pretend_slack_is_fenced() -> None:
    async with stand() as slack:
        assert await refused(slack.team.base_url, "/_control/messages") == [400, 415, 415]
        async with httpx.AsyncClient(base_url=slack.team.base_url, trust_env=False) as http:
            assert (await http.get("/_control/messages")).status_code == 200


async def test_the_pretend_100ms_is_fenced() -> None:
    async with running(build(demo_world(utc_now()))) as url:
        assert await refused(url.removesuffix("/v2"), "/_control/faults") == [400, 415, 415]


@pytest.mark.parametrize("host", ["localhost:80", "127.0.0.1", "[::1]:3", "LOCALHOST"])
def test_own_names(host: str) -> None:
    assert is_own(host)
