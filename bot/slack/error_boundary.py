"""Turns errors into messages for the asker and lines in the log; no other module does.

Both carry a reference. `notify_user` sends a message to one person by any route that still works.
"""

from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import Self

import structlog

from bot.domain.errors import BotError, RecordUnusable, SinceForgotten
from bot.domain.privacy.personal_names import Names, mask_contacts
from bot.render.message import Message
from bot.slack.checkpoints.checkpointed_sender import CheckpointedSender, Sender
from bot.slack.checkpoints.job_context import as_bot_error
from bot.slack.context import BotContext
from bot.slack.payloads import ReplyTarget, is_direct
from bot.slack.sending.calls import (
    MessageCall,
    PostEphemeral,
    PostMessage,
    RemoveMessage,
    Respond,
    UpdateMessage,
)
from bot.slack.sending.errors import TRANSIENT


async def notify_user(
    sender: Sender, target: ReplyTarget, message: Message, lookup_id: str, *, instead: bool = False
) -> bool:
    """Send a message to the asker; return False if no route worked.

    `instead` makes the message replace our "Looking…". The person may have seen an attempt that
    Slack did not confirm, so each further attempt has a part name of its own. All routes are tried
    again later unless Slack's refusals are final.
    """
    number, rounds = 1, 0
    while True:
        all_refused = True
        for call in _calls(target, message, lookup_id, instead=instead):
            part = message.part if number == 1 else f"{message.part}-{number}"
            sent = await sender.send(replace(call, message=replace(message, part=part)))
            if sent.ok:
                return True
            all_refused = all_refused and sent.cause not in TRANSIENT
            number += 1
        if all_refused or not await sender.wait_and_retry(rounds):
            return False
        rounds += 1


async def notify_privately(
    sender: Sender, target: ReplyTarget, message: Message, lookup_id: str
) -> bool:
    """Send a message to the asker alone, and delete our "Looking…" that everybody can see.

    If no route reaches the asker alone, the message replaces "Looking…" after all.
    `bot.slack.delivery.unconfirmed` ends a "Looking…" that cannot be deleted.
    """
    if not await notify_user(sender, replace(target, looking=""), message, lookup_id):
        return await notify_user(sender, target, message, lookup_id, instead=True)
    await sender.send(RemoveMessage(target.channel, target.looking))
    return True


def _calls(
    target: ReplyTarget, message: Message, lookup_id: str, *, instead: bool
) -> Iterator[MessageCall]:
    """Yield the calls that may reach the asker, the best first, as each is needed."""
    if instead and target.looking:
        yield UpdateMessage(target.channel, target.looking, message, lookup_id)
    if target.url is not None and target.url.uses_left:
        yield Respond(target.url, message, lookup_id, replace=instead and target.acked)
    if is_direct(target.channel):
        yield PostMessage(target.channel, message, lookup_id, target.thread, first=True)
    elif target.channel and target.user:
        yield PostEphemeral(target.channel, target.user, message, lookup_id, target.private_thread)
    if target.user:
        yield PostMessage(target.user, message, lookup_id, first=True)


class ErrorBoundary:
    """Surrounds the work for one asker, and reports every error inside to them.

    `target` may be made more exact while the work continues. Everything logged inside carries the
    reference as `lookup_id`. A job passes its own `sender`.
    """

    def __init__(
        self, ctx: BotContext, target: ReplyTarget, reference: str, sender: Sender | None = None
    ) -> None:
        self.target = target
        self._ctx = ctx
        self._sender = sender or ctx.sender
        self._reference = reference
        self._log = structlog.get_logger("call_doctor")
        self.names = Names.FULL
        """The part of people's names that messages show; a message may stand in the channel."""
        self.failed = False
        self.error: BotError | None = None
        """The error that the asker was told instead of an answer, set when the block ends."""

    async def __aenter__(self) -> Self:
        structlog.contextvars.bind_contextvars(lookup_id=self._reference)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.failed = error is not None
        if not isinstance(error, Exception):
            return False
        self.error = as_bot_error(error)
        await self._report(self.error)
        return True

    async def _report(self, error: BotError) -> None:
        message = self._ctx.renderer.error(self._mask_contacts(error), self._reference)
        try:
            notified = await self._notify_asker(self._sender, message)
        except RecordUnusable:  # the job's record cannot hold this message either
            notified = await self._notify_asker(self._ctx.sender, message)
        if not notified:
            self._log.error("asker_not_reached")

    def _mask_contacts(self, error: BotError) -> BotError:
        """Return the error; hide e-mails and phone numbers unless names are shown in full."""
        if self.names is Names.FULL:
            return error
        return BotError(
            mask_contacts(error.cause),
            headline=mask_contacts(error.headline),
            next_step=mask_contacts(error.next_step),
        )

    async def _notify_asker(self, sender: Sender, message: Message) -> bool:
        """Tell the asker alone, even if a mention's "Looking…" is visible to everybody."""
        target = self.target
        if self._is_answered():
            target = replace(target, looking="")
        if target.looking and target.channel and target.url is None:
            return await notify_privately(sender, target, message, self._reference)
        responded = isinstance(sender, CheckpointedSender) and sender.responded
        return await notify_user(sender, target, message, self._reference, instead=not responded)

    def _is_answered(self) -> bool:
        """Return whether the answer stands where "Looking…" stood, and may stay there."""
        sender, looking = self._sender, self.target.looking
        changed = isinstance(sender, CheckpointedSender) and looking in sender.changed
        return changed and not isinstance(self.error, SinceForgotten)


async def report_error(
    ctx: BotContext, target: ReplyTarget, reference: str, error: BotError
) -> None:
    """Tell one asker about an error that occurred before there was anything to look up."""
    async with ErrorBoundary(ctx, target, reference):
        raise error


async def reply_privately(
    ctx: BotContext, target: ReplyTarget, message: Message, reference: str
) -> None:
    """Send help, settings or a word on an unreadable question to the asker alone."""
    async with ErrorBoundary(ctx, target, reference):
        structlog.get_logger("call_doctor").info("no_look_up")
        if not await notify_user(ctx.sender, target, message, reference):
            structlog.get_logger("call_doctor").error("asker_not_reached")
