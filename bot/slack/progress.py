"""Posts "Looking…" where the answer will appear, and shows how far the look-up has come."""

import asyncio
import time
from dataclasses import replace
from typing import Self

from bot.domain.privacy.personal_names import Names
from bot.domain.target import Progress
from bot.render.message import Message
from bot.slack.checkpoints.checkpointed_sender import Sender
from bot.slack.context import BotContext, Lookup
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.calls import PostEphemeral, PostMessage, Respond, UpdateMessage

MIN_EDIT_INTERVAL_SECONDS = 3.0
"""Seconds between edits of one message. Slack counts edits as posts, and people read no faster."""
RESERVED_ANSWERS = 3
"""Uses of a response_url that are kept for the answer. A response_url takes only few messages: one
"waiting" message leaves enough for the answer."""


async def post_placeholder(ctx: BotContext, sender: Sender, lookup: Lookup) -> ReplyTarget:
    """Post "Looking…" unless the acknowledgement already said it; return the target with the post.

    A message that only the asker sees carries no metadata, because it is not part of the answer.
    """
    target = lookup.target
    if target.acked:
        return target
    message = ctx.renderer.placeholder(lookup.query, lookup.id, ctx.clock())
    if target.url is not None:
        await sender.send(Respond(target.url, message, ""))
        return target
    if lookup.query.private and target.channel:
        thread = target.private_thread
        await sender.send(PostEphemeral(target.channel, target.user, message, "", thread))
        return target
    place = target.channel or target.user
    sent = await sender.send(PostMessage(place, message, lookup.id, target.thread, first=True))
    return replace(target, channel=sent.channel, looking=sent.ts) if sent.ok else target


class ProgressReporter:
    """Shows the progress of one look-up; its methods serve as `Tell` and `Watch`.

    `lookup` holds the place where progress is shown, once that place is known. Progress messages
    are not part of the answer: they are never recorded and may be lost.
    """

    def __init__(self, ctx: BotContext, lookup: Lookup) -> None:
        self.lookup = lookup
        self.progress: Progress | None = None
        self.started = asyncio.Event()
        self._ctx = ctx
        self._last_edit = float("-inf")
        self._edit: asyncio.Task[None] | None = None
        self._is_closed = False
        self._pending_reason = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Close the reporter, so that no "so far" edit overwrites the error message.

        A cancelled look-up does not wait for the last edit.
        """
        if error is None or isinstance(error, Exception):
            await self.close()

    async def say_waiting(self, reason: str) -> None:
        """Show what the look-up waits for, unless something was shown a moment ago.

        A reason that arrives before there is a place to show it is shown once there is one.
        """
        if not self.lookup.target.looking and self.lookup.target.url is None:
            self._pending_reason = reason
        elif self._may_edit_now():
            await self._edit_message(self._ctx.renderer.waiting(reason, self.lookup.id))

    def update(self, progress: Progress) -> None:
        """Record the progress, and show it from time to time."""
        self.progress = progress
        if not progress.begun:
            return
        self.started.set()
        if self.lookup.target.looking and not self._is_editing() and self._may_edit_now():
            self._edit = asyncio.create_task(self._edit_message(self.message(progress)))

    def message(self, progress: Progress) -> Message:
        """Return the opening to show while it is not final.

        A room's name may be a person's name. Where names are hidden, the room's id is shown
        instead.
        """
        if self.lookup.query.names not in (None, Names.FULL):
            room = replace(progress.target.room, name=None)
            progress = replace(progress, target=replace(progress.target, room=room))
        return self._ctx.renderer.progress(progress, self.lookup.id)

    def move_to(self, lookup: Lookup, *, just_now: bool = False) -> None:
        """Show progress at this look-up's target from now on.

        `just_now` says that a true number was posted there a moment ago.
        """
        self.lookup = lookup
        if just_now:
            self._last_edit = time.monotonic()
        elif lookup.target.looking and self._pending_reason and self._may_edit_now():
            message = self._ctx.renderer.waiting(self._pending_reason, lookup.id)
            self._edit = asyncio.create_task(self._edit_message(message))
            self._pending_reason = ""

    async def close(self) -> None:
        """Stop showing progress; return when none of our edits can arrive after the final one.

        After a crash the investigation may run again for a later part of an answer whose opening is
        already final. Its progress must not overwrite that opening.
        """
        self._is_closed = True
        if self._edit is not None:
            await asyncio.gather(self._edit, return_exceptions=True)

    def _is_editing(self) -> bool:
        return self._edit is not None and not self._edit.done()

    def _may_edit_now(self) -> bool:
        now = time.monotonic()
        if self._is_closed or now - self._last_edit < MIN_EDIT_INTERVAL_SECONDS:
            return False
        self._last_edit = now
        return True

    async def _edit_message(self, message: Message) -> None:
        sender, target = self._ctx.sender, self.lookup.target
        if target.looking:
            await sender.send(
                UpdateMessage(target.channel, target.looking, message, self.lookup.id)
            )
        elif target.url is not None and target.url.uses_left > RESERVED_ANSWERS:
            await sender.send(Respond(target.url, message, "", replace=target.acked))
