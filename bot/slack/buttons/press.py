"""A click on a button under an answer, as Slack sends it and as a job keeps it.

What a public button brings is posted once, whichever process answered the first press.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.errors import NotAllowed, StoreUnreachable
from bot.domain.records.post_claims import Claim, PostClaims
from bot.domain.saved_lookup import SavedLookup, decode, subject_ids
from bot.jobs.ports import Json, Steps
from bot.slack.checkpoints.serialization import target_to_json
from bot.slack.context import BotContext
from bot.slack.dedupe import digest_of
from bot.slack.payloads import (
    Body,
    is_ephemeral,
    message_ts,
    pressed_action,
    reply_target_of_click,
    text_at,
)


class ButtonPress:
    """One press of the button of that name. `handle` is None if its value is not one of ours.

    Where people of other companies are in the channel it is for the presser alone: nobody typed
    `public` for what a button brings.

    With `each` every person who presses gets an answer of their own.
    """

    def __init__(self, button: str, body: Body, *, per_person: bool) -> None:
        self.button = button
        self.body = body
        self._per_person = per_person
        self.privacy_reason = ""
        """Why only the presser may see what comes of it; "" if nothing speaks against others."""
        self.value = text_at(pressed_action(body), "value").encode("utf-8", "replace").decode()
        self.saved_lookup = _decode_or_none(self.value)

    @property
    def is_private(self) -> bool:
        """A private answer stays private, wherever Slack shows the button."""
        private = self.saved_lookup is not None and self.saved_lookup.private
        return self._per_person or private or bool(self.privacy_reason) or is_ephemeral(self.body)

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two presses the same."""
        target = reply_target_of_click(self.body)
        user = target.user if self.is_private else ""
        return (self.button, target.channel, message_ts(self.body), self.value, user)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Whom and what it is about, and who pressed."""
        subjects = subject_ids(self.saved_lookup) if self.saved_lookup else ()
        return (reply_target_of_click(self.body).user, *subjects)

    def reference(self, ctx: BotContext) -> str:
        """The look-up's own reference, or a new one where there is none."""
        return self.saved_lookup.lookup_id if self.saved_lookup else ctx.tools.new_lookup_id()

    def to_payload(self, ctx: BotContext) -> Json:
        """What the job needs of the click."""
        return {
            "button": self.button,
            "reference": self.reference(ctx),
            "asked_at": time.time(),
            "place": target_to_json(reply_target_of_click(self.body)),
            "weighs_audience": True,
            "body": {name: self.body[name] for name in _STORED_FIELDS if name in self.body},
        }


_STORED_FIELDS = ("actions", "container", "message", "channel", "user")
"""Of a click's payload; its secrets are elsewhere."""


def _decode_or_none(value: str) -> SavedLookup | None:
    try:
        return decode(value)
    except NotAllowed:  # told inside the border
        return None


class PressClaim:
    """One press' claim; `key` is what makes two presses the same. Without a store it is ours."""

    def __init__(self, post_claims: PostClaims | None, steps: Steps, key: Sequence[str]) -> None:
        self._post_claims = post_claims
        self._steps = steps
        self._digest = digest_of(key).hex()
        self.claim = Claim.ACQUIRED

    async def acquire(self) -> Claim:
        """Whether this press is the one to show it."""

        async def act(post_claims: PostClaims) -> Json:
            return (await post_claims.claim(self._digest, self._steps.job_id)).value

        self.claim = Claim(await self._step("claim", act) or Claim.ACQUIRED)
        return self.claim

    async def finish(self, *, failed: bool) -> None:
        """It stands, or the next press may try."""
        if self.claim is not Claim.ACQUIRED:
            return

        async def act(post_claims: PostClaims) -> Json:
            finish_claim = post_claims.release if failed else post_claims.keep
            await finish_claim(self._digest, self._steps.job_id)

        await self._step("settle", act)

    async def _step(self, name: str, act: Callable[[PostClaims], Awaitable[Json]]) -> Json:
        """Where the database fails, the button works all the same."""
        post_claims = self._post_claims
        if post_claims is None:
            return None

        async def guarded() -> Json:
            try:
                return await act(post_claims)
            except StoreUnreachable as error:
                log = structlog.get_logger("call_doctor")
                log.warning("claim_unsettled", step=name, cause=error.cause)
                return None

        return await self._steps.run(name, guarded)
