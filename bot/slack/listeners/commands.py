"""A slash command: what the manifest says of it, and how it is answered.

`/call-errors <anything>`.

`/peer-errors <peer> [in <room>]`.

`/room-errors <room>`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.query import IdentifierKind
from bot.domain.records.audit import AuditOutcome
from bot.render.message import Message
from bot.slack.access.audit import note, recorded, without_look_up
from bot.slack.context import BotContext, Lookup
from bot.slack.listeners.query import parse_command_text
from bot.slack.listeners.subcommands import subcommand_of
from bot.slack.lookup.job import start_lookup
from bot.slack.payloads import reply_target_of_command, text_at

Listener = Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """One slash command, in the manifest's words. `expect` is what a bare id stands for.

    With `subcommands` some first words ask for something else than a look-up.
    """

    name: str
    summary: str
    usage_hint: str
    expect: IdentifierKind | None = None
    subcommands: bool = False


def listener(desk: BotContext, command: Command) -> Listener:
    """The listener of a command: the acknowledgement already says "Looking…"."""

    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        text, place = text_at(body, "text"), reply_target_of_command(body)
        special = subcommand_of(text) if command.subcommands else None
        if special is not None:
            subcommand, rest = special
            note(AuditOutcome.SETTINGS)
            await recorded()
            await ack_privately(
                ack, await subcommand.answer(desk, place, rest, desk.tools.new_lookup_id())
            )
            return
        asked = await parse_command_text(desk, text, place.user, command.expect)
        if asked.reply is not None:
            structlog.get_logger("call_doctor").info("no_look_up", lookup_id=asked.reference)
            note(without_look_up(asked.question))
            await ack_privately(ack, asked.reply)
            return
        lookup = Lookup(asked.reference, asked.question, place)
        begun = await start_lookup(desk, lookup, text_at(body, "trigger_id"))
        await ack_privately(ack, desk.tools.renderer.placeholder(begun.question, begun.id))

    return on_command


async def ack_privately(ack: AsyncAck, message: Message) -> None:
    """Acknowledge with words that only the asker sees."""
    await ack(
        text=message.text,
        blocks=[dict(block) for block in message.blocks],
        response_type="ephemeral",
    )


CALL_ERRORS = Command(
    name="/call-errors",
    summary="Explain why a 100ms call failed",
    usage_hint="room, session or peer id, link or name [since 2h] [type join] [private] | settings",
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
