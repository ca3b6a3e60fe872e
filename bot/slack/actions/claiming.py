"""What a public button brings is posted once, whichever process answered the first press."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.errors import StoreUnreachable
from bot.domain.shown import Claim, Shown
from bot.jobs.ports import Json, Steps
from bot.slack.seen import digest_of


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
