"""A click on a button under an answer, as Slack sends it and as a job keeps it.

What a public button brings is posted once, whichever process answered the first press.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.errors import NotAllowed, StoreUnreachable
from bot.domain.records.post_claims import Claim, PostClaims
from bot.domain.saved_lookup import SavedLookup, subject_ids, decode
from bot.jobs.ports import Json, Steps
from bot.slack.checkpoints.serialization import target_to_json
from bot.slack.context import BotContext
from bot.slack.dedupe import digest_of
from bot.slack.payloads import (
    Body,
    is_ephemeral,
    message_ts,
    reply_target_of_click,
    pressed,
    text_at,
)


class ButtonPress:
    """One press of the button of that name. `handle` is None if its value is not one of ours.

    Where people of other companies are in the channel it is for the presser alone: nobody typed
    `public` for what a button brings.

    With `each` every person who presses gets an answer of their own.
    """

    def __init__(self, button: str, body: Body, *, each: bool) -> None:
        self.button = button
        self.body = body
        self._each = each
        self.shared = ""
        """Why only the presser may see what comes of it; "" if nothing speaks against others."""
        self.value = text_at(pressed(body), "value").encode("utf-8", "replace").decode()
        self.handle = _handle(self.value)

    @property
    def alone(self) -> bool:
        """A private answer stays private, wherever Slack shows the button."""
        private = self.handle is not None and self.handle.private
        return self._each or private or bool(self.shared) or is_ephemeral(self.body)

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two presses the same."""
        place = reply_target_of_click(self.body)
        who = place.user if self.alone else ""
        return (self.button, place.channel, message_ts(self.body), self.value, who)

    @property
    def names(self) -> tuple[str, ...]:
        """Whom and what it is about, and who pressed."""
        about = subject_ids(self.handle) if self.handle else ()
        return (reply_target_of_click(self.body).user, *about)

    def reference(self, desk: BotContext) -> str:
        """The look-up's own reference, or a new one where there is none."""
        return self.handle.lookup_id if self.handle else desk.tools.new_lookup_id()

    def kept(self, desk: BotContext) -> Json:
        """What the job needs of the click."""
        return {
            "button": self.button,
            "reference": self.reference(desk),
            "asked_at": time.time(),
            "place": target_to_json(reply_target_of_click(self.body)),
            "weighs_audience": True,
            "body": {name: self.body[name] for name in _NEEDED if name in self.body},
        }


_NEEDED = ("actions", "container", "message", "channel", "user")
"""Of a click's payload; its secrets are elsewhere."""


def _handle(value: str) -> SavedLookup | None:
    try:
        return decode(value)
    except NotAllowed:  # told inside the border
        return None


class PressClaim:
    """One press' claim; `key` is what makes two presses the same. Without a store it is ours."""

    def __init__(self, shown: PostClaims | None, steps: Steps, key: Sequence[str]) -> None:
        self._shown = shown
        self._steps = steps
        self._what = digest_of(key).hex()
        self.found = Claim.ACQUIRED

    async def ask(self) -> Claim:
        """Whether this press is the one to show it."""

        async def act(shown: PostClaims) -> Json:
            return (await shown.claim(self._what, self._steps.job_id)).value

        self.found = Claim(await self._step("claim", act) or Claim.ACQUIRED)
        return self.found

    async def settle(self, *, failed: bool) -> None:
        """It stands, or the next press may try."""
        if self.found is not Claim.ACQUIRED:
            return

        async def act(shown: PostClaims) -> Json:
            ending = shown.release if failed else shown.keep
            await ending(self._what, self._steps.job_id)

        await self._step("settle", act)

    async def _step(self, name: str, act: Callable[[PostClaims], Awaitable[Json]]) -> Json:
        """Where the database fails, the button works all the same."""
        shown = self._shown
        if shown is None:
            return None

        async def guarded() -> Json:
            try:
                return await act(shown)
            except StoreUnreachable as error:
                log = structlog.get_logger("call_doctor")
                log.warning("claim_unsettled", step=name, cause=error.cause)
                return None

        return await self._steps.run(name, guarded)
