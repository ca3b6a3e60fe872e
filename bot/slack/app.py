"""The Bolt app: every entry point with its listener."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from bot.slack.access.admission import admission
from bot.slack.access.audit import with_audit
from bot.slack.access.shared_channels import heeding
from bot.slack.context import BotContext
from bot.slack.error_boundary import notify_user, as_bot_error
from bot.slack.listeners.commands import listener
from bot.slack.listeners.registry import ACTIONS, COMMANDS, EVENTS, SHORTCUTS, VIEWS
from bot.slack.middleware import drop_duplicates, ephemeral_response
from bot.slack.payloads import reply_target_of, text_at
from bot.slack.sending.web_clients import Clients, quiet_logger
from bot.slack.settings import SlackSettings


def build_app(desk: BotContext, clients: Clients, settings: SlackSettings) -> AsyncApp:
    """An AsyncApp with every listener, that answers every delivery with 200."""
    app = AsyncApp(
        logger=quiet_logger("bolt", logging.ERROR),  # its warnings are about choices made below
        client=clients.read,
        signing_secret=settings.signing_secret,
        authorize=_authorize(desk, settings),
        request_verification_enabled=not settings.app_token,
        # With this and the handler below even what nobody handles is acknowledged; else people
        # read "dispatch_failed" in Socket Mode.
        raise_error_for_unhandled_request=True,
        # Each listener only records what is asked; Bolt is to acknowledge after that, also events.
        process_before_response=True,
    )
    app.middleware(drop_duplicates(desk.seen, desk.tools.meters))
    app.middleware(heeding(desk.sharing))
    app.middleware(admission(desk))
    _register(app, desk)
    app.error(_on_error(desk))
    return app


def _register(app: AsyncApp, desk: BotContext) -> None:
    for command in COMMANDS:
        app.command(command.name)(with_audit(desk, listener(desk, command)))
    for shortcut in SHORTCUTS:
        app.shortcut({"callback_id": shortcut.callback_id, "type": _KINDS[shortcut.type]})(
            with_audit(desk, shortcut.listen(desk))
        )
    for callback_id, listen_view in VIEWS.items():
        app.view(callback_id)(with_audit(desk, listen_view(desk)))
    for action_id, listen_action in ACTIONS:
        app.action(action_id)(with_audit(desk, listen_action(desk)))
    for event, listen_event in EVENTS.items():
        app.event(event)(listen_event(desk))


_KINDS = {"message": "message_action", "global": "shortcut"}


def _authorize(
    desk: BotContext, settings: SlackSettings
) -> Callable[..., Awaitable[AuthorizeResult]]:
    """We asked auth.test at start; Bolt would ask again at the first request of each burst."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=desk.identity.enterprise_id or None,
            team_id=desk.identity.team_id,
            bot_id=desk.identity.bot_id,
            bot_user_id=desk.identity.bot_user_id,
            bot_token=settings.bot_token,
        )

    return authorize


def _on_error(desk: BotContext) -> Callable[..., Awaitable[BoltResponse]]:
    """What a listener could not say itself: acknowledged, told, and logged with a reference."""

    async def on_error(error: Exception, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            structlog.get_logger("call_doctor").info("unhandled", type=text_at(body, "type"))
            return BoltResponse(status=200, body="")
        reference = desk.tools.new_lookup_id()
        log = structlog.get_logger("call_doctor").bind(lookup_id=reference)
        message = desk.tools.renderer.error(as_bot_error(error, log), reference)
        if text_at(body, "command") and ack.response is None:
            return ephemeral_response(message)
        desk.crew.spawn(_tell(notify_user(desk, reply_target_of(body), message, reference)))
        return BoltResponse(status=200, body="")

    return on_error


async def _tell(saying: Awaitable[bool]) -> None:
    if not await saying:
        structlog.get_logger("call_doctor").error("asker_not_reached")
