"""Lists every listener. Register a new command, shortcut, event, modal or button here."""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from bot.slack.buttons.buttons import (
    DETAILS,
    EVIDENCE,
    IT_NOTE,
    OTHERS,
    PACKET,
    RECOVERED,
    RELEASE_BUTTON,
    SHOW_MORE,
    TAKE_BUTTON,
    TICKET,
    TIMELINE,
)
from bot.slack.buttons.feedback import FEEDBACK, feedback_form_listener, feedback_listener
from bot.slack.buttons.reply_form import (
    CHOICES,
    REPLY,
    REPLY_CALLBACK_ID,
    choice_listener,
    copy_listener,
)
from bot.slack.context import BotContext, Listener
from bot.slack.entries import FEEDBACK_FORM
from bot.slack.home import APP_HOME_OPENED, home_listener
from bot.slack.listeners.actions import (
    ASK_AGAIN,
    CHOOSE,
    LINKS,
    MORE,
    POST_IN_CHANNEL,
    REFRESH,
    ask_again_listener,
    choose_listener,
    link_listener,
    menu_listener,
    post_in_channel_listener,
    refresh_listener,
)
from bot.slack.listeners.commands import CALL_ERRORS, PEER_ERRORS, ROOM_ERRORS, Command
from bot.slack.listeners.messages import APP_MENTION, DIRECT_MESSAGE, message_listener
from bot.slack.listeners.modal import CALLBACK_ID, form_listener
from bot.slack.listeners.shortcuts import (
    DIAGNOSE_CALL,
    DIAGNOSE_MESSAGE,
    HOME_DIAGNOSE,
    Shortcut,
    diagnose_listener,
)
from bot.slack.listeners.workflow_step import FUNCTION_EXECUTED, step_listener
from bot.slack.watch.command import STOP_ACTION, WATCH, stop_listener

COMMANDS: tuple[Command, ...] = (CALL_ERRORS, ROOM_ERRORS, PEER_ERRORS)

SHORTCUTS: tuple[Shortcut, ...] = (DIAGNOSE_MESSAGE, DIAGNOSE_CALL)

EVENTS: dict[str, Callable[[BotContext], Callable[..., Awaitable[None]]]] = {
    APP_HOME_OPENED: home_listener,
    APP_MENTION: message_listener,
    DIRECT_MESSAGE: message_listener,
    FUNCTION_EXECUTED: step_listener,
}
"""By the names of the subscriptions; `message.im` delivers events of the type `message`."""

VIEWS: dict[str, Callable[[BotContext], Listener]] = {
    CALLBACK_ID: form_listener,
    REPLY_CALLBACK_ID: copy_listener,
    FEEDBACK_FORM: feedback_form_listener,
}

MENU_BUTTONS = (WATCH, TIMELINE, EVIDENCE, IT_NOTE, RECOVERED, DETAILS, TICKET)
"""Buttons that stand in the menu *More*."""
LOOKUP_BUTTONS = (SHOW_MORE, REPLY, PACKET, TAKE_BUTTON, RELEASE_BUTTON, OTHERS, *MENU_BUTTONS)
"""Buttons that reopen their look-up. `OTHERS` stands under no answer: people type its name."""

ACTIONS: tuple[tuple[re.Pattern[str], Callable[[BotContext], Listener]], ...] = (
    *((re.compile(rf"\A{button.name}\Z"), button.listener) for button in LOOKUP_BUTTONS),
    (re.compile(rf"\A{STOP_ACTION}\Z"), stop_listener),
    (CHOOSE, choose_listener),
    (REFRESH, refresh_listener),
    (ASK_AGAIN, ask_again_listener),
    (POST_IN_CHANNEL, post_in_channel_listener),
    (MORE, partial(menu_listener, buttons=MENU_BUTTONS)),
    *((re.compile(rf"\A{name}\Z"), choice_listener) for name in CHOICES),
    (FEEDBACK, feedback_listener),
    (HOME_DIAGNOSE, diagnose_listener),
    (LINKS, link_listener),  # the last, because it matches every action
)
