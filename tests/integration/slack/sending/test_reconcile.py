"""A post whose fate nobody told us: looked for where we may read, else named, never repeated."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.domain.metrics import Metrics
from bot.jobs import Json
from bot.slack.checkpoints.checkpointed_sender import (
    MAX_WAIT_SECONDS,
    MAX_WAITS,
    CheckpointedSender,
)
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.response_url import MAX_USES, ResponseUrl
from bot.slack.sending.calls import PostMessage, Respond
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import FILE_UNCONFIRMED, SendResult
from bot.slack.sending.rate_limit import ChannelRateLimiter
from bot.slack.sending.reconcile import Reconciler
from bot.slack.sending.sender import SlackSender
from bot.slack.sending.web_clients import open_clients
from tests.support.slack.edge_harness import FAST, part_of, settings_for
from tests.support.slack.fakes import simple
from tests.support.slack.in_memory_steps import Crash, KeptSteps
from workbench.pretend_slack import Team, example_team, stand

PUBLIC, PRIVATE, UNJOINED = "C0ONCALL", "C0SECRET", "C0GENERAL"
HISTORIES = {"channels:history", "groups:history", "im:history", "mpim:history"}
LOST = ["reset_after", "timeout", "http_500", "internal_error"]
NEVER_CAME = ["reset_before", "http_503"]


class Slept:
    """A clock that the steps' pauses move on."""

    seconds = 0.0

    def now(self) -> float:
        return time.monotonic() + self.seconds


class World:
    """A pretend Slack, and a poster for each life of one job."""

    def __init__(
        self, team: Team, poster: SlackSender, reconciler: Reconciler, slept: Slept
    ) -> None:
        self.team = team
        self.slept = slept
        self.steps = self.life("run-1")
        self._poster = poster
        self._reconciler = reconciler

    def life(self, name: str, record: dict[str, Json] | None = None) -> KeptSteps:
        return KeptSteps(record, name, self.wait)

    def wait(self, seconds: float) -> None:
        self.slept.seconds += seconds

    async def post(self, channel: str, *, thread: str = "", first: bool = False) -> SendResult:
        poster = CheckpointedSender(self._poster, JobContext(self.steps), self._reconciler)
        message = simple("part-1", "the words")
        return await poster.send(PostMessage(channel, message, "CD-1", thread, first))

    async def respond(self, url: ResponseUrl) -> SendResult:
        poster = CheckpointedSender(self._poster, JobContext(self.steps), self._reconciler)
        return await poster.send(Respond(url, simple("part-1", "the words"), "CD-1"))

    async def crashed(self, channel: str, *, before: bool, thread: str = "") -> SendResult:
        """The process ends around the post; what its next life makes of it."""
        self.steps.crash_in, self.steps.before = "post:part-1", before
        with pytest.raises(Crash):
            await self.post(channel, thread=thread)
        self.steps = self.life("run-2", self.steps.record)
        return await self.post(channel, thread=thread)

    def standing(self, channel: str) -> int:
        return sum(part_of(message) == "part-1" for message in self.team.from_app(channel))


@asynccontextmanager
async def world(scopes: set[str]) -> AsyncIterator[World]:
    team = example_team()
    team.channels[PRIVATE].members.add(team.app.bot_user)
    team.app.scopes = {one for one in team.app.scopes if one not in HISTORIES} | scopes
    async with stand(team):
        settings = replace(settings_for(team, "http"), call_seconds=2)
        async with open_clients(settings) as clients:
            reconciler = Reconciler(clients, frozenset(team.app.scopes), Metrics())
            slept = Slept()
            poster = SlackSender(clients, ChannelRateLimiter(FAST, now=slept.now))
            yield World(team, poster, reconciler, slept)


MAY_READ = pytest.mark.parametrize(
    ("channel", "scopes"),
    [(PUBLIC, {"channels:history"}), (PUBLIC, HISTORIES), (PRIVATE, {"groups:history"})],
)
MAY_NOT = pytest.mark.parametrize(
    ("channel", "scopes"),
    [
        (PUBLIC, set()),
        (PRIVATE, set()),
        (PUBLIC, {"groups:history"}),
        (PRIVATE, {"channels:history"}),
        (UNJOINED, {"channels:history"}),
    ],
)
IN_THREAD = pytest.mark.parametrize("in_thread", [False, True])


def root_of(here: World, channel: str, *, in_thread: bool) -> str:
    return here.team.app_message(channel, text="the root", blocks=[]).ts if in_thread else ""


@MAY_READ
@IN_THREAD
@pytest.mark.parametrize("before", [True, False])
async def test_after_a_crash_it_stands_once(
    channel: str, scopes: set[str], *, in_thread: bool, before: bool
) -> None:
    async with world(scopes) as here:
        root = root_of(here, channel, in_thread=in_thread)
        sent = await here.crashed(channel, before=before, thread=root)
        assert sent.ok
        assert here.standing(channel) == 1
        (message,) = [m for m in here.team.from_app(channel) if part_of(m) == "part-1"]
        assert (sent.ts, message.thread_ts or "") == (message.ts, root)


@MAY_NOT
@pytest.mark.parametrize("before", [True, False])
async def test_where_we_may_not_read_a_crash_repeats_nothing(
    channel: str, scopes: set[str], *, before: bool
) -> None:
    async with world(scopes) as here:
        sent = await here.crashed(channel, before=before)
        assert sent.cause is SlackErrorKind.UNKNOWN
        assert here.standing(channel) == (0 if before else 1)


@MAY_READ
@IN_THREAD
@pytest.mark.parametrize("error", LOST + NEVER_CAME)
async def test_what_slack_did_not_confirm_stands_once(
    channel: str, scopes: set[str], *, in_thread: bool, error: str
) -> None:
    async with world(scopes) as here:
        root = root_of(here, channel, in_thread=in_thread)
        here.team.faults.add("chat.postMessage", error, times=1)
        assert (await here.post(channel, thread=root)).ok
        assert here.standing(channel) == 1


@MAY_NOT
@pytest.mark.parametrize("error", LOST + NEVER_CAME)
async def test_where_we_may_not_read_it_is_told_and_not_repeated(
    channel: str, scopes: set[str], error: str
) -> None:
    async with world(scopes) as here:
        here.team.faults.add("chat.postMessage", error, times=None)
        assert (await here.post(channel)).cause is SlackErrorKind.UNKNOWN
        calls = [call for call in here.team.calls if call.method == "chat.postMessage"]
        assert len(calls) == 1


@pytest.mark.parametrize("error", ["ratelimited", "http_500", "timeout", "missing_scope"])
async def test_when_slack_does_not_let_us_look_nothing_is_repeated(error: str) -> None:
    async with world({"channels:history"}) as here:
        here.team.faults.add("conversations.*", error, times=None, seconds=900)
        here.team.faults.add("chat.postMessage", "reset_after", times=None)
        assert (await here.post(PUBLIC)).cause is SlackErrorKind.UNKNOWN
        assert here.standing(PUBLIC) == 1


async def test_another_look_up_or_part_is_not_taken_for_ours() -> None:
    async with world({"channels:history"}) as here:
        for lookup, part in (("CD-2", "part-1"), ("CD-1", "part-2")):
            payload = {"lookup_id": lookup, "part": part}
            mark = {"event_type": "call_doctor", "event_payload": payload}
            here.team.app_message(PUBLIC, text="another", blocks=[], metadata=mark)
        sent = await here.crashed(PUBLIC, before=True)
        assert sent.ok
        assert here.standing(PUBLIC) == 2  # the one of CD-2, and now ours


@pytest.mark.parametrize("before", [True, False])
async def test_an_answer_at_a_response_url_that_a_crash_cut_off_counts_as_used(
    *, before: bool
) -> None:
    async with world(HISTORIES) as here:
        address, made = here.team.new_url("commands", PUBLIC, "U0ALICE")
        made.ready.set()
        here.steps.crash_in, here.steps.before = "respond:part-1", before
        with pytest.raises(Crash):
            await here.respond(ResponseUrl(address))
        here.steps = here.life("run-2", here.steps.record)
        url = ResponseUrl(address)
        assert (await here.respond(url)).cause is SlackErrorKind.UNKNOWN
        assert here.standing(PUBLIC) == (0 if before else 1)
        assert url.uses_left == MAX_USES - 1


async def test_a_long_limit_is_waited_for_in_a_thread_and_survives_a_crash() -> None:
    async with world(HISTORIES) as here:
        root = root_of(here, PUBLIC, in_thread=True)
        here.team.faults.add("chat.postMessage", "ratelimited", seconds=120, times=1)
        here.steps.crash_in = "post:part-1:after-1"
        with pytest.raises(Crash):
            await here.post(PUBLIC, thread=root)
        assert here.steps.pauses == [120]
        here.steps = here.life("run-2", here.steps.record)
        assert (await here.post(PUBLIC, thread=root)).ok
        assert here.standing(PUBLIC) == 1


@pytest.mark.parametrize(
    ("first", "seconds", "pauses"),
    [(True, 120, 0), (False, int(MAX_WAIT_SECONDS) + 1, 0), (False, 120, MAX_WAITS)],
)
async def test_a_limit_is_not_waited_for_without_end(
    *, first: bool, seconds: int, pauses: int
) -> None:
    async with world(HISTORIES) as here:
        here.team.faults.add("chat.postMessage", "ratelimited", seconds=seconds, times=None)
        sent = await here.post(PUBLIC, first=first)
        assert sent.cause is SlackErrorKind.BUSY
        assert [round(pause) for pause in here.steps.pauses] == [seconds] * pauses


@pytest.mark.parametrize(
    ("fault", "error"),
    [("", ""), ("file_uploads_disabled", "invalid_blocks"), ("timeout", FILE_UNCONFIRMED)],
)
async def test_a_reply_that_fits_no_form_becomes_a_file(fault: str, error: str) -> None:
    async with world(HISTORIES) as here:
        root = root_of(here, PUBLIC, in_thread=True)
        here.team.faults.add("chat.postMessage", "invalid_blocks", times=3)
        if fault:
            here.team.faults.add("files.*", fault, times=None)
        sent = await here.post(PUBLIC, thread=root)
        assert sent.error == error
        names = [file["name"] for message in here.team.from_app(PUBLIC) for file in message.files]
        assert names == ([] if fault else ["part-1.txt"])
