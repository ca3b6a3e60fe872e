"""What is wrong is said before anything is served, naming the setting."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.errors import BotError, Misconfigured, SlackTrouble
from bot.slack import SlackSettings, check_slack
from tests.support.slack.edge_harness import free_port, open_bench, settings_for
from workbench.pretend_slack import PretendSlack, stand


@pytest.fixture
async def slack() -> AsyncIterator[PretendSlack]:
    async with stand() as standing:
        yield standing


async def complaint(settings: SlackSettings) -> BotError:
    with pytest.raises(BotError) as raised:
        await check_slack(settings)
    return raised.value


async def test_a_good_setup_tells_who_we_are(slack: PretendSlack) -> None:
    for mode in ("http", "socket"):
        identity = await check_slack(settings_for(slack.team, mode))
        assert (identity.team_id, identity.bot_id) == ("T0ACME", "B0DOCTOR")
        assert identity.bot_user_id == "U0DOCTOR"
        assert identity.may_upload


@pytest.mark.parametrize("secret", ["", "  "])
async def test_an_empty_signing_secret_is_named(slack: PretendSlack, secret: str) -> None:
    settings = settings_for(slack.team, "http", signing_secret=secret)
    assert "SLACK_SIGNING_SECRET" in (await complaint(settings)).cause


async def test_a_missing_or_refused_token_is_named(slack: PretendSlack) -> None:
    for token in ("", "xoxb-wrong", "xoxp-a-persons", slack.team.app.app_token):
        error = await complaint(settings_for(slack.team, "http", bot_token=token))
        assert isinstance(error, Misconfigured)
        assert "SLACK_BOT_TOKEN" in error.cause


async def test_a_refused_app_token_is_named(slack: PretendSlack) -> None:
    error = await complaint(settings_for(slack.team, "socket", app_token="xapp-wrong"))
    assert "SLACK_APP_TOKEN" in error.cause


@pytest.mark.parametrize("scope", ["commands", "chat:write"])
async def test_a_missing_scope_is_named(slack: PretendSlack, scope: str) -> None:
    slack.team.app.scopes.discard(scope)
    assert scope in (await complaint(settings_for(slack.team, "http"))).cause


async def test_optional_scopes_are_optional(slack: PretendSlack) -> None:
    slack.team.app.scopes = {"commands", "chat:write"}
    assert not (await check_slack(settings_for(slack.team, "http"))).may_upload


async def test_an_unreachable_slack_is_said(slack: PretendSlack) -> None:
    settings = settings_for(slack.team, "http")
    error = await complaint(replace(settings, api_url=f"http://127.0.0.1:{free_port()}/api/"))
    assert isinstance(error, SlackTrouble)
    assert "SLACK_API_URL" in error.next_step


async def test_a_port_in_use_is_named() -> None:
    taken = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    with pytest.raises(Misconfigured, match="PORT"):
        async with open_bench(port=port):
            pass
    taken.close()
    await taken.wait_closed()


async def test_readiness_tells_what_is_lacking() -> None:
    async def gone() -> str:
        return "does not answer"

    async def broken() -> str:
        raise RuntimeError("bits fell out")

    async with open_bench(probes={"database": gone, "hms": broken}) as bench:
        status, words = await bench.get("/readyz")
        assert status == 503
        assert words == {"database": "does not answer", "hms": "failed", "slack": "ok"}
