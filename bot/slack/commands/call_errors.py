"""`/call-errors <anything>`."""

from bot.slack.commands.command import Command

COMMAND = Command(
    name="/call-errors",
    summary="Explain why a 100ms call failed",
    usage_hint="room, session or peer id, link or name [since 2h] [type join] [private] | settings",
    subcommands=True,
)
