"""A click on a button under an answer, as Slack sends it and as a job keeps it.

What a public button brings is posted once, whichever process answered the first press.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.errors import NotAllowed, StoreUnreachable
from bot.domain.records.post_claims import Claim, Shown
from bot.domain.saved_lookup import Handle, names_of, read_handle
from bot.jobs.ports import Json, Steps
from bot.slack.checkpoints.serialization import keep_place
from bot.slack.context import Desk
from bot.slack.dedupe import digest_of
from bot.slack.payloads import Body, is_ephemeral, message_ts, place_of_click, pressed, text_at


class Press:
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
        place = place_of_click(self.body)
        who = place.user if self.alone else ""
        return (self.button, place.channel, message_ts(self.body), self.value, who)

    @property
    def names(self) -> tuple[str, ...]:
        """Whom and what it is about, and who pressed."""
        about = names_of(self.handle) if self.handle else ()
        return (place_of_click(self.body).user, *about)

    def reference(self, desk: Desk) -> str:
        """The look-up's own reference, or a new one where there is none."""
        return self.handle.lookup_id if self.handle else desk.tools.references()

    def kept(self, desk: Desk) -> Json:
        """What the job needs of the click."""
        return {
            "button": self.button,
            "reference": self.reference(desk),
            "asked_at": time.time(),
            "place": keep_place(place_of_click(self.body)),
            "weighs_audience": True,
            "body": {name: self.body[name] for name in _NEEDED if name in self.body},
        }


_NEEDED = ("actions", "container", "message", "channel", "user")
"""Of a click's payload; its secrets are elsewhere."""


def _handle(value: str) -> Handle | None:
    try:
        return read_handle(value)
    except NotAllowed:  # told inside the border
        return None


class Claiming:
    """One press' claim; `key` is what makes two presses the same. Without a store it is ours."""

    def __init__(self, shown: Shown | None, steps: Steps, key: Sequence[str]) -> None:
        self._shown = shown
        self._steps = steps
        self._what = digest_of(key).hex()
        self.found = Claim.OURS

    async def ask(self) -> Claim:
        """Whether this press is the one to show it."""

        async def act(shown: Shown) -> Json:
            return (await shown.claim(self._what, self._steps.job_id)).value

        self.found = Claim(await self._step("claim", act) or Claim.OURS)
        return self.found

    async def settle(self, *, failed: bool) -> None:
        """It stands, or the next press may try."""
        if self.found is not Claim.OURS:
            return

        async def act(shown: Shown) -> Json:
            ending = shown.release if failed else shown.keep
            await ending(self._what, self._steps.job_id)

        await self._step("settle", act)

    async def _step(self, name: str, act: Callable[[Shown], Awaitable[Json]]) -> Json:
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
