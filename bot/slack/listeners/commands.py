"""The slash commands: their entries in the manifest and their listener.

The commands are `/call-errors <anything>`, `/peer-errors <peer> [in <room>]` and
`/room-errors <room>`.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.query import IdentifierKind
from bot.render.message import Message
from bot.slack.audit import outcome_without_lookup, set_outcome, wait_until_recorded
from bot.slack.context import BotContext, Listener, Lookup
from bot.slack.listeners.query import parse_command_text
from bot.slack.listeners.subcommands import find_subcommand
from bot.slack.lookup.job import start_lookup
from bot.slack.payloads import reply_target_of_command, text_at


@dataclass(frozen=True, slots=True)
class Command:
    """One slash command, in the manifest's words. `expect` is the kind that a bare id stands for.

    With `subcommands`, some first words ask for something other than a look-up.
    """

    name: str
    summary: str
    usage_hint: str
    expect: IdentifierKind | None = None
    subcommands: bool = False


def command_listener(ctx: BotContext, command: Command) -> Listener:
    """Return the listener of a command; its acknowledgement already says "Looking…"."""

    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        text, target = text_at(body, "text"), reply_target_of_command(body)
        subcommand_match = find_subcommand(text) if command.subcommands else None
        if subcommand_match is not None:
            subcommand, arguments = subcommand_match
            set_outcome(subcommand.outcome)
            await wait_until_recorded()
            reference, delivery = ctx.new_lookup_id(), text_at(body, "trigger_id")
            message = await subcommand.answer(ctx, target, arguments, reference, delivery)
            await ack_privately(ack, message)
            return
        parsed = await parse_command_text(ctx, text, target.user, command.expect)
        if parsed.reply is not None:
            structlog.get_logger("call_doctor").info("no_look_up", lookup_id=parsed.reference)
            set_outcome(outcome_without_lookup(parsed.query))
            await ack_privately(ack, parsed.reply)
            return
        lookup = Lookup(parsed.reference, parsed.query, target)
        started = await start_lookup(ctx, lookup, text_at(body, "trigger_id"))
        await ack_privately(ack, ctx.renderer.placeholder(started.query, started.id))

    return on_command


async def ack_privately(ack: AsyncAck, message: Message) -> None:
    """Acknowledge with a message that only the asker sees."""
    await ack(
        text=message.text,
        blocks=[dict(block) for block in message.blocks],
        response_type="ephemeral",
    )


CALL_ERRORS = Command(
    name="/call-errors",
    summary="Explain why a 100ms call failed",
    usage_hint=(
        "room, session or peer id, link or name [since 2h] [type join] [private] "
        "| watch <target> [for 2h] | watches | unwatch | settings"
    ),
    subcommands=True,
)


PEER_ERRORS = Command(
    name="/peer-errors",
    summary="Explain one participant's failures in a 100ms call",
    usage_hint="peer id [in room] [since 2h | last 3d] [private]",
    expect=IdentifierKind.PEER,
)


ROOM_ERRORS = Command(
    name="/room-errors",
    summary="Explain the failures in a 100ms room",
    usage_hint="room id, session id, room name or link [since 2h | last 3d] [private]",
    expect=IdentifierKind.ROOM,
)
