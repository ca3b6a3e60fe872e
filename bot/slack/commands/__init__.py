"""The slash commands. A new one is a file here and a line below."""

from bot.slack.commands import call_errors, peer_errors, room_errors
from bot.slack.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    call_errors.COMMAND,
    room_errors.COMMAND,
    peer_errors.COMMAND,
)
