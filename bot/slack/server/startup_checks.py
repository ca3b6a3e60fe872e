"""Checks tokens, scopes and settings before the start; errors name the setting in a sentence."""

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import Misconfigured, SlackTrouble
from bot.domain.web_address import check_address
from bot.slack.identity import REQUIRED_SCOPES, SlackIdentity, read_scopes
from bot.slack.sending.errors import SLACK_EXCEPTIONS, SlackErrorKind, classify_error
from bot.slack.sending.web_clients import open_clients, quiet_logger
from bot.slack.slack_settings import SlackSettings

UNREACHABLE = "Slack cannot be reached"
NO_TOKEN = "A token of Slack is missing"  # noqa: S105  no token but a headline
WHERE = {
    "SLACK_BOT_TOKEN": "Copy the Bot User OAuth Token (xoxb-…) from api.slack.com/apps → your app "
    "→ OAuth & Permissions.",
    "SLACK_APP_TOKEN": "Generate a token (xapp-…) with connections:write at api.slack.com/apps → "
    "your app → Basic Information → App-Level Tokens.",
    "SLACK_SIGNING_SECRET": "Copy the Signing Secret from api.slack.com/apps → your app → Basic "
    "Information → App Credentials.",
}
"""The page on which each token is found."""


async def check_slack(settings: SlackSettings) -> SlackIdentity:
    """Return our identity in Slack, after checking tokens, scopes and secret.

    Raises Misconfigured, which names the variable to fix, or SlackTrouble if Slack does not answer.
    """
    check_settings(settings)
    async with open_clients(settings) as clients:
        identity = identity_of(
            await _call_slack(clients.read.auth_test(), "SLACK_BOT_TOKEN", settings)
        )
    if settings.app_token:
        await probe_socket(settings)
    return identity


async def probe_socket(settings: SlackSettings) -> None:
    """Ask for a socket's address once; with a bad token slack_sdk would silently ask for ever."""
    timeout = aiohttp.ClientTimeout(total=settings.call_seconds)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = AsyncWebClient(
            base_url=settings.api_url,
            session=session,
            logger=quiet_logger(),
            retry_handlers=[AsyncRateLimitErrorRetryHandler()],
        )
        call = client.apps_connections_open(app_token=settings.app_token)
        await _call_slack(call, "SLACK_APP_TOKEN", settings)


def identity_of(response: AsyncSlackResponse) -> SlackIdentity:
    """Return the identity in auth.test's response. Raises Misconfigured if scopes are missing."""
    scopes = read_scopes(response)
    is_told = response.headers.get("x-oauth-scopes") is not None
    missing = sorted(REQUIRED_SCOPES - scopes) if is_told else []
    if missing:
        raise Misconfigured(
            f"SLACK_BOT_TOKEN lacks the scope {', '.join(missing)}.",
            headline="The app in Slack is older than this version",
            next_step="Update the app with this version's manifest.yaml (api.slack.com/apps → your "
            "app → App Manifest), reinstall it, and copy the new bot token.",
        )
    return SlackIdentity(
        team_id=str(response.get("team_id") or ""),
        bot_id=str(response.get("bot_id") or ""),
        bot_user_id=str(response.get("user_id") or ""),
        scopes=scopes,
        enterprise_id=str(response.get("enterprise_id") or ""),
    )


def check_settings(settings: SlackSettings) -> None:
    """Raise Misconfigured for a setting without which nothing can be tried."""
    if not settings.bot_token.strip():
        raise Misconfigured(
            "SLACK_BOT_TOKEN is not set.", headline=NO_TOKEN, next_step=WHERE["SLACK_BOT_TOKEN"]
        )
    check_address("SLACK_API_URL", settings.api_url)
    if settings.bot_token.strip().startswith("xoxp-"):
        raise Misconfigured(
            "SLACK_BOT_TOKEN is not a bot's token.",
            headline=NO_TOKEN,
            next_step=WHERE["SLACK_BOT_TOKEN"],
        )
    if not settings.app_token.strip() and not settings.signing_secret.strip():
        raise Misconfigured(
            "SLACK_SIGNING_SECRET is empty: anybody could sign requests to us.",
            headline=NO_TOKEN,
            next_step=f"For Socket Mode set SLACK_APP_TOKEN: {WHERE['SLACK_APP_TOKEN']} For HTTP "
            f"set SLACK_SIGNING_SECRET: {WHERE['SLACK_SIGNING_SECRET']}",
        )


async def _call_slack(call: object, variable: str, settings: SlackSettings) -> AsyncSlackResponse:
    """Return the response. Raises Misconfigured if the token is refused, else SlackTrouble."""
    try:
        response: AsyncSlackResponse = await call  # type: ignore[misc]  # a coroutine of the SDK's
    except SLACK_EXCEPTIONS as error:
        cause, word = classify_error(error)
        if isinstance(error, SlackApiError) and cause not in (
            SlackErrorKind.UNKNOWN,
            SlackErrorKind.BUSY,
        ):
            raise Misconfigured(
                f"Slack refuses {variable} ({word}{_missing_scope_text(error)}).",
                headline="Slack refuses a token",
                next_step=f"Set {variable} again. {WHERE[variable]}",
            ) from error
        raise SlackTrouble(
            f"{settings.api_url} did not answer ({word}).",
            headline=UNREACHABLE,
            next_step="Check the network and SLACK_API_URL.",
        ) from error
    return response


def _missing_scope_text(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    needed = data.get("needed") if isinstance(data, dict) else None
    return f", needs {needed}" if needed else ""
