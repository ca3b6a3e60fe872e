"""`/room-errors <room>`."""

from bot.domain.question import Kind
from bot.slack.commands.command import Command

COMMAND = Command(
    name="/room-errors",
    summary="Explain the failures in a 100ms room",
    usage_hint="room id, session id, room name or link [since 2h | last 3d] [private]",
    expect=Kind.ROOM,
)
