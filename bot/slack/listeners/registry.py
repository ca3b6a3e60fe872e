"""Lists every listener. Register a new command, shortcut, event, modal or button here."""

import re
from collections.abc import Awaitable, Callable

from bot.slack.buttons.buttons import PACKET, RECOVERED, REPLY, SHOW_MORE, TIMELINE
from bot.slack.context import BotContext, Listener
from bot.slack.listeners.actions import (
    CHOOSE,
    LINKS,
    REFRESH,
    choose_listener,
    link_listener,
    refresh_listener,
)
from bot.slack.listeners.commands import CALL_ERRORS, PEER_ERRORS, ROOM_ERRORS, Command
from bot.slack.listeners.events import (
    APP_HOME_OPENED,
    APP_MENTION,
    home_listener,
    mention_listener,
)
from bot.slack.listeners.modal import CALLBACK_ID, form_listener
from bot.slack.listeners.shortcuts import DIAGNOSE_CALL, DIAGNOSE_MESSAGE, Shortcut

COMMANDS: tuple[Command, ...] = (CALL_ERRORS, ROOM_ERRORS, PEER_ERRORS)

SHORTCUTS: tuple[Shortcut, ...] = (DIAGNOSE_MESSAGE, DIAGNOSE_CALL)

EVENTS: dict[str, Callable[[BotContext], Callable[..., Awaitable[None]]]] = {
    APP_HOME_OPENED: home_listener,
    APP_MENTION: mention_listener,
}

VIEWS: dict[str, Callable[[BotContext], Listener]] = {CALLBACK_ID: form_listener}

LOOKUP_BUTTONS = (SHOW_MORE, RECOVERED, TIMELINE, REPLY, PACKET)
"""Buttons that reopen their look-up."""

ACTIONS: tuple[tuple[re.Pattern[str], Callable[[BotContext], Listener]], ...] = (
    *((re.compile(rf"\A{button.name}\Z"), button.listener) for button in LOOKUP_BUTTONS),
    (CHOOSE, choose_listener),
    (REFRESH, refresh_listener),
    (LINKS, link_listener),  # the last, because it matches every action
)
