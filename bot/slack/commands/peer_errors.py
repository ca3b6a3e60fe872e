"""`/peer-errors <peer> [in <room>]`."""

from bot.domain.question import Kind
from bot.slack.commands.command import Command

COMMAND = Command(
    name="/peer-errors",
    summary="Explain one participant's failures in a 100ms call",
    usage_hint="peer id [in room] [since 2h | last 3d] [private]",
    expect=Kind.PEER,
)
