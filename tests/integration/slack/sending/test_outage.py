"""While Slack cannot be reached at all nothing is given up: all is said once it is back."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from bot.domain.metrics import Metrics
from bot.slack.checkpoints.checkpointed_sender import (
    OUTAGE_PAUSES,
    RETRY_PAUSES,
    CheckpointedSender,
)
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.error_boundary import notify_user
from bot.slack.payloads import ReplyTarget
from bot.slack.response_url import ResponseUrl
from bot.slack.sending.calls import (
    PostEphemeral,
    PostMessage,
    Respond,
    StepCall,
    UpdateMessage,
)
from bot.slack.sending.rate_limit import ChannelRateLimiter
from bot.slack.sending.reconcile import Reconciler
from bot.slack.sending.sender import SlackSender
from bot.slack.sending.web_clients import open_clients
from tests.support.slack.edge_harness import FAST, free_port, part_of, settings_for
from tests.support.slack.fakes import simple
from tests.support.slack.in_memory_steps import KeptSteps
from workbench.pretend_slack import Team, example_team, stand

CHANNEL, ALICE = "C0ONCALL", "U0ALICE"
MESSAGE = simple("part-1", "the words")

CALLS: dict[str, Callable[[str], StepCall]] = {
    "opening": lambda _: PostMessage(CHANNEL, MESSAGE, "CD-1", first=True),
    "reply": lambda ts: PostMessage(CHANNEL, MESSAGE, "CD-1", ts),
    "change": lambda ts: UpdateMessage(CHANNEL, ts, MESSAGE, "CD-1"),
    "alone": lambda _: PostEphemeral(CHANNEL, ALICE, MESSAGE, "CD-1"),
}


class Outage(KeptSteps):
    """Steps whose `last` pause ends with Slack's return."""

    def __init__(self, last: int, back: Callable[[], Awaitable[object]]) -> None:
        super().__init__(None, "run-1", lambda _: None)
        self._last = last
        self._back = back

    async def pause(self, seconds: float, *, idle: bool = False) -> None:
        await super().pause(seconds, idle=idle)
        if len(self.pauses) == self._last:
            await self._back()


@asynccontextmanager
async def slack_gone(
    team: Team, last: int, port: int | None = None
) -> AsyncIterator[tuple[CheckpointedSender, Outage]]:
    """A poster that finds nobody where Slack should be, until so many pauses are over."""
    port = port or free_port()
    async with AsyncExitStack() as stack:
        steps = Outage(last, lambda: stack.enter_async_context(stand(team, port)))
        settings = replace(settings_for(team, "http"), api_url=f"http://127.0.0.1:{port}/api/")
        async with open_clients(settings) as clients:
            reconciler = Reconciler(clients, frozenset(team.app.scopes), Metrics())
            poster = SlackSender(clients, ChannelRateLimiter(FAST, now=time.monotonic))
            yield CheckpointedSender(poster, JobContext(steps), reconciler), steps


@pytest.mark.parametrize("call", CALLS)
async def test_what_was_to_be_said_is_said_once_when_slack_is_back(call: str) -> None:
    team = example_team()
    root = team.app_message(CHANNEL, text="the root", blocks=[])
    async with slack_gone(team, 3) as (poster, steps):
        assert (await poster.send(CALLS[call](root.ts))).ok
        assert steps.pauses == list(OUTAGE_PAUSES[:3])
        assert [part_of(one) for one in team.from_app(CHANNEL)].count("part-1") == 1


async def test_an_outage_is_not_waited_for_without_end_and_uses_no_answer_up() -> None:
    team, port = example_team(), free_port()
    async with slack_gone(team, 0, port) as (poster, steps):
        url = ResponseUrl(f"http://127.0.0.1:{port}/response/1")
        left = url.uses_left
        assert (await poster.send(Respond(url, MESSAGE, "CD-1"))).offline
        assert steps.pauses == list(OUTAGE_PAUSES)
        assert url.uses_left == left


@asynccontextmanager
async def sender_of(team: Team, steps: KeptSteps) -> AsyncIterator[CheckpointedSender]:
    """A sender in a job whose steps are these."""
    settings = settings_for(team, "http")
    async with (
        stand(team),
        open_clients(replace(settings, api_url=team.base_url + "/api/")) as clients,
    ):
        reconciler = Reconciler(clients, frozenset(team.app.scopes), Metrics())
        sender = SlackSender(clients, ChannelRateLimiter(FAST))
        yield CheckpointedSender(sender, JobContext(steps), reconciler)


async def test_last_words_that_nobody_confirmed_are_said_again_later() -> None:
    team, steps = example_team(), KeptSteps(None, "run-1", lambda _: None)
    async with sender_of(team, steps) as sender:
        team.faults.add("chat.*", "http_503", times=2)
        assert await notify_user(sender, ReplyTarget(ALICE, CHANNEL), MESSAGE, "CD-1")
        assert steps.pauses == [RETRY_PAUSES[0]]
        assert [part_of(one) for one in team.from_app(CHANNEL)] == ["part-1-3"]


async def test_words_outside_of_a_job_are_said_again_too() -> None:
    team = example_team()
    settings = settings_for(team, "http")
    async with (
        stand(team),
        open_clients(replace(settings, api_url=team.base_url + "/api/")) as clients,
    ):
        sender = SlackSender(clients, ChannelRateLimiter(FAST), retry_pauses=(0.0,))
        target = ReplyTarget(ALICE, CHANNEL)
        team.faults.add("chat.*", "http_503", times=2)
        assert await notify_user(sender, target, MESSAGE, "CD-1")
        assert [part_of(one) for one in team.from_app(CHANNEL)] == ["part-1-3"]
        team.faults.add("chat.*", "http_503", times=4)
        assert not await notify_user(sender, target, MESSAGE, "CD-2")


async def test_last_words_that_are_refused_for_good_are_not_said_again() -> None:
    team, steps = example_team(), KeptSteps(None, "run-1", lambda _: None)
    async with sender_of(team, steps) as sender:
        team.faults.add("chat.*", "account_inactive", times=None)
        assert not await notify_user(sender, ReplyTarget(ALICE, CHANNEL), MESSAGE, "CD-1")
        assert steps.pauses == []
