"""The bad day itself: processes die, and both services refuse, break off and dawdle."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Sequence

from workbench.bot_process import BotDied
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_slack.people import PretendSlack
from workbench.replica import Replica
from workbench.soak.asker import Asker

DOWN_SECONDS = (0.2, 3.0)
FAULT_SECONDS = 0.4
_LOOK_SECONDS = 0.02
_SLACK = (
    ("chat.*", "ratelimited"),
    ("chat.*", "reset_before"),
    ("chat.*", "reset_after"),
    ("chat.*", "http_503"),
    ("chat.*", "slow"),
    ("response_url", "http_500"),
    ("response_url", "reset_before"),
    ("conversations.*", "http_500"),
    ("conversations.*", "ratelimited"),
)
_HMS = ("rate_limited_header", "rate_limited", "reset", "error", "html", "slow", "cut_body")


class Weather:
    """Strikes at random, the same for the same seed and speed."""

    def __init__(self, slack: PretendSlack, hms: Stage, seed: int, kill_every: int) -> None:
        self.counts: Counter[str] = Counter()
        self._slack = slack
        self._hms = hms
        self._chance = random.Random(seed + 1)
        self._kill_every = kill_every
        self.calm = False
        """Without kills: the rest goes on."""

    async def faults(self) -> None:
        """One fault after the other, each for one call."""
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / FAULT_SECONDS))
            if self._chance.random() < 0.5:
                self._slack_fault()
            else:
                self._hms_fault()

    async def kills(self, replicas: Sequence[Replica], asker: Asker) -> None:
        """SIGKILL one of them, and start it again; the other goes on alone meanwhile.

        Questions are counted, not seconds: a slow machine is not struck more often.
        """
        while True:
            pause = self._kill_every * self._chance.uniform(0.5, 1.5)
            due = len(asker.questions) + pause
            while len(asker.questions) < due:  # noqa: ASYNC110  a list has no event
                await asyncio.sleep(_LOOK_SECONDS)
            if self.calm and self.counts["kill"]:
                return
            victim = self._chance.choice(list(replicas))
            asker.up.discard(victim.name)
            asker.turn()
            victim.kill()
            self.counts["kill"] += 1
            await victim.gone()
            await asyncio.sleep(self._chance.uniform(*DOWN_SECONDS))
            await self.begin(victim)
            asker.up.add(victim.name)

    @staticmethod
    async def begin(replica: Replica) -> None:
        """See that it runs and is ready, however long that takes. Raises BotDied if it ends."""
        try:
            await (replica.start() if replica.ended else replica.ready())
        except BotDied:
            while not replica.ended:
                with contextlib.suppress(BotDied):
                    return await replica.ready()
            raise

    def clear(self) -> None:
        """From now on all goes well."""
        self._slack.team.faults.clear()
        self._hms.faults.clear()

    def _slack_fault(self) -> None:
        method, kind = self._chance.choice(_SLACK)
        seconds = self._chance.uniform(1, 4) if kind == "slow" else 1
        faults = self._slack.team.faults
        faults.clear()  # one at a time: what waited for a rare call would pile up
        faults.add(method, kind, seconds=seconds)
        self.counts[f"slack {kind}"] += 1

    def _hms_fault(self) -> None:
        kind = self._chance.choice(_HMS)
        book = self._hms.faults
        book.clear()
        book.add(Fault(kind=kind, seconds=self._chance.uniform(0.5, 3), times=1))  # type: ignore[arg-type]
        self.counts[f"100ms {kind}"] += 1
