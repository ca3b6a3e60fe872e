"""A press of a button under an answer, and the claim that posts its result once.

A public result is posted once, whichever process answered the first press.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.answer_log import Claim, PostClaims
from bot.domain.errors import NotAllowed, StoreUnreachable
from bot.domain.saved_lookup import SavedLookup, decode, subject_ids
from bot.jobs.ports import Json
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import target_to_json
from bot.slack.context import BotContext
from bot.slack.dedupe import digest_of
from bot.slack.payloads import (
    Body,
    is_direct,
    is_ephemeral,
    message_ts,
    pressed_argument,
    pressed_value,
    reply_target_of_click,
    value_at,
)


class ButtonPress:
    """One press of the named button. `saved_lookup` is None if the button's value is not ours.

    If the channel includes people of other companies, the result is for the person who pressed
    alone, because a press cannot say `public`.

    With `per_person`, every person who presses gets an answer of their own.
    """

    def __init__(self, button: str, body: Body, *, per_person: bool) -> None:
        self.button = button
        self.body = body
        self._per_person = per_person
        self.privacy_reason = ""
        """The reason to show the result only to the person who pressed; "" if there is none."""
        self.value = pressed_value(body).encode("utf-8", "replace").decode()
        self.argument = pressed_argument(body).encode("utf-8", "replace").decode()
        """The part of a menu's entry after the button's name, such as a story's id."""
        self.saved_lookup = _decode_or_none(self.value)

    @property
    def is_typed(self) -> bool:
        """Return whether the person typed the button's name instead of pressing it."""
        return value_at(self.body, "container", "typed") is True

    @property
    def is_typed_directly(self) -> bool:
        """Return whether the person did so in direct messages, which nobody else reads."""
        return self.is_typed and is_direct(reply_target_of_click(self.body).channel)

    @property
    def is_private(self) -> bool:
        """Return whether only the person who pressed may see the result.

        A private answer stays private, wherever Slack shows the button.
        """
        private = self.saved_lookup is not None and self.saved_lookup.private
        return self._per_person or private or bool(self.privacy_reason) or is_ephemeral(self.body)

    @property
    def key(self) -> tuple[str, ...]:
        """Return a key that is equal for two presses of the same button."""
        target = reply_target_of_click(self.body)
        user = target.user if self.is_private else ""
        key = (self.button, target.channel, message_ts(self.body), self.value, user)
        return (*key, self.argument) if self.argument else key

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the people and things that the press is about, and the person who pressed."""
        subjects = subject_ids(self.saved_lookup) if self.saved_lookup else ()
        return (reply_target_of_click(self.body).user, *subjects)

    def reference(self, ctx: BotContext) -> str:
        """Return the look-up's own reference, or a new one if there is none."""
        return self.saved_lookup.lookup_id if self.saved_lookup else ctx.new_lookup_id()

    def to_payload(self, ctx: BotContext, view: str = "") -> Json:
        """Return the data of the click that the job needs; `view` is the id of an open form."""
        return {
            "button": self.button,
            "reference": self.reference(ctx),
            "asked_at": time.time(),
            "place": target_to_json(reply_target_of_click(self.body)),
            "weighs_audience": True,
            "view": view,
            "body": {name: self.body[name] for name in _STORED_FIELDS if name in self.body},
        }


_STORED_FIELDS = ("actions", "container", "message", "channel", "user")
"""The fields of a click's payload that are stored; its secrets are in other fields."""


def _decode_or_none(value: str) -> SavedLookup | None:
    try:
        return decode(value)
    except NotAllowed:  # the error boundary reports it
        return None


class PressClaim:
    """The claim of one press to post its result.

    `key` is equal for two presses of the same button. Without a store every claim is acquired.
    """

    def __init__(self, post_claims: PostClaims | None, job: JobContext, key: Sequence[str]) -> None:
        self._post_claims = post_claims
        self._job = job
        self._digest = digest_of(key).hex()
        self.claim = Claim.ACQUIRED

    async def acquire(self) -> Claim:
        """Return the claim: ACQUIRED if this press may post the result."""

        async def act(post_claims: PostClaims) -> Json:
            return (await post_claims.claim(self._digest, self._job.job_id)).value

        self.claim = Claim(await self._step("claim", act) or Claim.ACQUIRED)
        return self.claim

    async def finish(self, *, failed: bool) -> None:
        """Keep the claim if the result was posted, or release it for the next press."""
        if self.claim is not Claim.ACQUIRED:
            return

        async def act(post_claims: PostClaims) -> Json:
            finish_claim = post_claims.release if failed else post_claims.keep
            await finish_claim(self._digest, self._job.job_id)

        await self._step("settle", act)

    async def _step(self, name: str, act: Callable[[PostClaims], Awaitable[Json]]) -> Json:
        """Run a step on the claims; if the database fails, the button works without them."""
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

        return await self._job.step(name, guarded)
