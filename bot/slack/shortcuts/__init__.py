"""The shortcuts. A new one is a file here and a line below."""

from bot.slack.shortcuts import diagnose_call, diagnose_message
from bot.slack.shortcuts.shortcut import Shortcut

SHORTCUTS: tuple[Shortcut, ...] = (
    diagnose_message.SHORTCUT,
    diagnose_call.SHORTCUT,
)
