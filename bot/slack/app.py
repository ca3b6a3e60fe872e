"""Builds the Bolt app and registers a listener for every entry point."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from bot.slack.admission import check_admission, ephemeral_response
from bot.slack.audit import with_audit
from bot.slack.checkpoints.job_context import as_bot_error
from bot.slack.context import BotContext
from bot.slack.dedupe import drop_duplicates
from bot.slack.error_boundary import notify_user
from bot.slack.listeners.commands import command_listener
from bot.slack.listeners.registry import ACTIONS, COMMANDS, EVENTS, SHORTCUTS, VIEWS
from bot.slack.payloads import reply_target_of, text_at
from bot.slack.sending.web_clients import quiet_logger
from bot.slack.shared_channels import remember_shared_channels
from bot.slack.slack_settings import SlackSettings


def build_app(ctx: BotContext, settings: SlackSettings) -> AsyncApp:
    """Return an AsyncApp with every listener; it answers every delivery with 200."""
    app = AsyncApp(
        name="call-doctor",  # else Bolt looks for the caller in every module: 0.05 s
        logger=quiet_logger("bolt", logging.ERROR),  # its warnings are about choices made below
        client=ctx.clients.read,
        signing_secret=settings.signing_secret,
        authorize=_make_authorize(ctx, settings),
        request_verification_enabled=not settings.app_token,
        # With this setting and the error handler below, unhandled deliveries are acknowledged too.
        # Without it people read "dispatch_failed" in Socket Mode.
        raise_error_for_unhandled_request=True,
        # Listeners only record the question. Bolt acknowledges after that, also for events.
        process_before_response=True,
        # Steps of workflows are completed with the bot's own token: a workflow's expires.
        attaching_function_token_enabled=False,
    )
    app.middleware(drop_duplicates(ctx.recent_keys, ctx.metrics))
    app.middleware(remember_shared_channels(ctx.shared_channels))
    app.middleware(check_admission(ctx))
    _register(app, ctx)
    app.error(_make_error_handler(ctx))
    return app


def _register(app: AsyncApp, ctx: BotContext) -> None:
    for command in COMMANDS:
        app.command(command.name)(with_audit(ctx, command_listener(ctx, command)))
    for shortcut in SHORTCUTS:
        app.shortcut({"callback_id": shortcut.callback_id, "type": _SHORTCUT_TYPES[shortcut.type]})(
            with_audit(ctx, shortcut.make_listener(ctx))
        )
    for callback_id, listen_view in VIEWS.items():
        app.view(callback_id)(with_audit(ctx, listen_view(ctx)))
    for action_id, listen_action in ACTIONS:
        app.action(action_id)(with_audit(ctx, listen_action(ctx)))
    for event, listen_event in EVENTS.items():
        app.event(event.partition(".")[0])(listen_event(ctx))


_SHORTCUT_TYPES = {"message": "message_action", "global": "shortcut"}


def _make_authorize(
    ctx: BotContext, settings: SlackSettings
) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Return an authorizer that answers from the auth.test call made at start.

    Bolt would otherwise call auth.test again at the first request of each burst.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=ctx.identity.enterprise_id or None,
            team_id=ctx.identity.team_id,
            bot_id=ctx.identity.bot_id,
            bot_user_id=ctx.identity.bot_user_id,
            bot_token=settings.bot_token,
        )

    return authorize


def _make_error_handler(ctx: BotContext) -> Callable[..., Awaitable[BoltResponse]]:
    """Return a handler for errors that a listener could not report itself.

    It acknowledges the delivery, tells the asker, and logs the error with a reference.
    """

    async def on_error(error: Exception, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            structlog.get_logger("call_doctor").info("unhandled", type=text_at(body, "type"))
            return BoltResponse(status=200, body="")
        reference = ctx.new_lookup_id()
        log = structlog.get_logger("call_doctor").bind(lookup_id=reference)
        message = ctx.renderer.error(as_bot_error(error, log), reference)
        if text_at(body, "command") and ack.response is None:
            return ephemeral_response(message)
        ctx.tasks.spawn(
            _log_if_unreached(notify_user(ctx.sender, reply_target_of(body), message, reference))
        )
        return BoltResponse(status=200, body="")

    return on_error


async def _log_if_unreached(notification: Awaitable[bool]) -> None:
    if not await notification:
        structlog.get_logger("call_doctor").error("asker_not_reached")
