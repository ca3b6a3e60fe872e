"""A pretend Slack with a small real Bolt app behind it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.pretend_slack import BOTH_WAYS, Seen, client_for
from workbench.pretend_slack import PretendSlack, stand


@pytest.fixture
async def slack() -> AsyncIterator[PretendSlack]:
    async with stand() as standing:
        yield standing


@pytest.fixture
def web(slack: PretendSlack) -> AsyncWebClient:
    """Return the SDK's client without retries, so that each fault is seen."""
    return client_for(slack)


@pytest.fixture
async def http(slack: PretendSlack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=slack.team.base_url, trust_env=False) as client:
        yield client


@pytest.fixture(params=sorted(BOTH_WAYS))
async def seen(request: pytest.FixtureRequest, slack: PretendSlack) -> AsyncIterator[Seen]:
    """Run a bot, once over HTTP and once over a socket; return what it received."""
    received = Seen()
    async with BOTH_WAYS[request.param](slack, received):
        yield received
