"""Sends a job's messages as recorded steps, so that a restarted job sends none of them twice."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from bot.jobs.ports import Json
from bot.render.message import File, Picture
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import sent_from_json, sent_to_json
from bot.slack.response_url import ResponseUrl
from bot.slack.sending.calls import (
    PostMessage,
    RemoveMessage,
    Repeat,
    Respond,
    StepCall,
    UpdateMessage,
    UploadFiles,
)
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import FILE_UNCONFIRMED, SendResult
from bot.slack.sending.reconcile import Reconciler
from bot.slack.sending.sender import SlackSender

UNCONFIRMED = SendResult(SlackErrorKind.UNKNOWN, "unconfirmed")
"""The result of a message that may have been sent before a crash, when this cannot be found out."""

MAX_WAIT_SECONDS = 15 * 60.0
MAX_WAITS = 3
"""Longest wait in seconds, and number of waits, that Slack may ask for a reply before the asker
gets it alone."""

OUTAGE_PAUSES = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds between the attempts while Slack cannot be reached at all. No other route would be better
then, and the answer would be lost."""

MAX_SEARCHES = 120
"""Searches for one post of unknown fate: at half a minute each they outlast an hour of outage."""

RETRY_PAUSES = (30.0, 120.0, 600.0)
"""Seconds before the last message to an asker is tried again, if no route to them was confirmed."""


class CheckpointedSender:
    """Makes calls as `SlackSender` does, but each is a step that an earlier run may have done."""

    def __init__(
        self,
        sender: SlackSender,
        job: JobContext,
        reconciler: Reconciler,
        outage_pauses: Sequence[float] = OUTAGE_PAUSES,
    ) -> None:
        self._sender = sender
        self._outage_pauses = outage_pauses
        self._job = job
        self._reconciler = reconciler
        self.changed: set[str] = set()
        """Time stamps of the messages that were changed, and so are finished."""
        self._staged: dict[str, asyncio.Task[str]] = {}
        self.responded = False
        """Whether the response_url took a message of its own. Slack does not say which message is
        the "original" from then on, so that nothing may replace or delete it."""

    async def send(self, call: StepCall) -> SendResult:
        """Make a call, unless an earlier run did; each attempt is a step of its own.

        The call is repeated while Slack cannot be reached. A reply waits out a long 429, because
        its thread would otherwise break off; a restart continues the wait. A first message returns
        the 429 at once, because another route is faster.
        """
        name = step = call.step
        outages = waits = 0
        while True:
            sent = sent_from_json(await self._step(step, call), _url_of(call))
            if sent.offline and outages < len(self._outage_pauses):
                await self._job.sleep(self._outage_pauses[outages])
                outages += 1
                step = f"{name}:again-{outages}"
            elif _may_wait_out(call, sent) and waits < MAX_WAITS:
                await self._job.sleep(sent.wait)
                waits, outages = waits + 1, 0
                name = step = f"{call.step}:after-{waits}"
            else:
                break
        if isinstance(call, Respond) and not (call.replace or sent.is_refused):
            self.responded = True
        if sent.ok and isinstance(call, UpdateMessage | RemoveMessage):
            self.changed.add(call.ts)
        return sent

    def stage(self, *files: File | Picture) -> None:
        """Begin to give Slack the contents of files that this job will attach.

        It is not recorded: nobody sees it, and Slack drops a file that is never shared.
        """
        for file in files:
            self._staged[file.name] = self._sender.stage(file)

    async def confirm(
        self, call: PostMessage, sent: SendResult, pause: Callable[[], Awaitable[None]]
    ) -> SendResult:
        """Look for a post of unknown fate until Slack answers; post it if it is not there.

        `pause` waits before each search. Where we may not read, the fate stays unknown.
        """

        async def search(_again: bool) -> Json:  # noqa: FBT001  as step_once calls it
            await pause()
            return await self._act(call, again=True)

        for number in range(1, MAX_SEARCHES + 1):
            if sent.cause is not SlackErrorKind.UNKNOWN or not self._reconciler.may_read:
                break
            with self._job.idle():
                record = await self._job.step_once(f"{call.step}:confirm-{number}", search)
            sent = sent_from_json(record, None)
        return sent

    async def wait_and_retry(self, rounds: int) -> bool:
        """Wait before an unconfirmed message is sent again; a restart continues the wait.

        Return False, without a wait, after a limited number of rounds.
        """
        if rounds >= len(RETRY_PAUSES):
            return False
        await self._job.sleep(RETRY_PAUSES[rounds])
        return True

    def _step(self, name: str, call: StepCall) -> Awaitable[Json]:
        """Return one attempt as a step; its result is the record of a SendResult."""
        if call.repeat is Repeat.IDEMPOTENT:
            return self._job.step(name, partial(self._act, call, again=False))
        return self._job.step_once(name, partial(self._act, call))

    async def _act(self, call: StepCall, again: bool) -> Json:  # noqa: FBT001  as step_once calls it
        """Make the call, and look for a post whose fate is unknown.

        With `again`, an earlier run may have made the call: it is not made a second time, unless a
        search shows that the message is not there.
        """
        if again and isinstance(call, Respond):
            call.url.used += 1
        if isinstance(call, UploadFiles) and all(file.name in self._staged for file in call.files):
            staged = tuple(self._staged.pop(file.name) for file in call.files)
            call = replace(call, staged=staged)
        sent = UNCONFIRMED if again else await self._sender.send(call)
        is_unknown = sent.cause is SlackErrorKind.UNKNOWN and sent.error != FILE_UNCONFIRMED
        if is_unknown and call.repeat is Repeat.FINDABLE:
            posted = await self._reconciler.find(
                call.channel, call.thread, call.lookup_id, call.part
            )
            if posted is not None:
                sent = posted if posted.ts else await self._sender.send(call)
        return sent_to_json(sent, _url_of(call))


def _may_wait_out(call: StepCall, sent: SendResult) -> bool:
    is_reply = isinstance(call, PostMessage) and not call.first
    return is_reply and 0 < sent.wait <= MAX_WAIT_SECONDS


def _url_of(call: StepCall) -> ResponseUrl | None:
    return call.url if isinstance(call, Respond) else None


Sender = SlackSender | CheckpointedSender
"""Sends a message: in a job as a recorded step, elsewhere without a record."""
