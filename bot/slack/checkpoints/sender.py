"""Sends a job's messages as recorded steps, so that a restarted job sends none of them twice."""

from collections.abc import Awaitable, Callable

from bot.jobs.ports import Json, Steps
from bot.render.message import File, Message, Picture
from bot.slack.checkpoints.serialization import sent_from_json, sent_to_json
from bot.slack.payloads import ResponseUrl
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

RETRY_PAUSES = (30.0, 120.0, 600.0)
"""Seconds before the last message to an asker is tried again, if no route to them was confirmed."""


class CheckpointedSender:
    """Sends as `SlackSender` does, but each message is a step that an earlier run may have done."""

    def __init__(self, sender: SlackSender, steps: Steps, reconciler: Reconciler) -> None:
        self.plain = sender
        self._steps = steps
        self._reconciler = reconciler
        self.changed: set[str] = set()
        """Time stamps of the messages that were changed, and so are finished."""

    async def post(
        self,
        channel: str,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        first: bool = False,
    ) -> SendResult:
        """Post in a channel, or under `thread`, unless the message is already there.

        A reply waits out a long 429, because its thread would otherwise break off; a restart
        continues the wait. A first message returns the 429 at once, because another route is
        faster.
        """

        async def send() -> SendResult:
            return await self.plain.post(channel, message, lookup_id, thread=thread, first=first)

        async def find() -> SendResult | None:
            return await self._reconciler.find(channel, thread, lookup_id, message.part)

        async def act(again: bool) -> Json:  # noqa: FBT001  as Steps.once calls it
            sent = UNCONFIRMED if again else await send()
            if sent.cause is SlackErrorKind.UNKNOWN and sent.error != FILE_UNCONFIRMED:
                posted = await find()
                sent = sent if posted is None else posted if posted.ts else await send()
            return sent_to_json(sent)

        async def attempt(name: str) -> SendResult:
            return sent_from_json(await self._steps.once(name, act))

        name = f"post:{message.part}"
        sent = await self._until_reachable(name, attempt)
        for number in range(MAX_WAITS):
            if first or not 0 < sent.wait <= MAX_WAIT_SECONDS:
                break
            await self._steps.pause(sent.wait)
            sent = await self._until_reachable(f"{name}:after-{number + 1}", attempt)
        return sent

    async def update(self, channel: str, ts: str, message: Message, lookup_id: str) -> SendResult:
        """Update one of our messages; a repeated update changes nothing."""

        async def act() -> Json:
            return sent_to_json(await self.plain.update(channel, ts, message, lookup_id))

        async def attempt(name: str) -> SendResult:
            return sent_from_json(await self._steps.run(name, act))

        sent = await self._until_reachable(f"update:{message.part}", attempt)
        if sent.ok:
            self.changed.add(ts)
        return sent

    async def remove(self, channel: str, ts: str) -> SendResult:
        """Delete one of our messages; a repeated deletion changes nothing."""

        async def act() -> Json:
            return sent_to_json(await self.plain.remove(channel, ts))

        async def attempt(name: str) -> SendResult:
            return sent_from_json(await self._steps.run(name, act))

        sent = await self._until_reachable(f"remove:{ts}", attempt)
        if sent.ok:
            self.changed.add(ts)
        return sent

    async def ephemeral(
        self, channel: str, user: str, message: Message, lookup_id: str, *, thread: str = ""
    ) -> SendResult:
        """Show a message to one person; nothing can tell afterwards whether they saw it."""

        async def send() -> SendResult:
            return await self.plain.ephemeral(channel, user, message, lookup_id, thread=thread)

        return await self._at_most_once(f"ephemeral:{message.part}", send)

    async def respond(
        self,
        url: ResponseUrl,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        in_channel: bool = False,
    ) -> SendResult:
        """Send to a response_url, at most once, as `ephemeral` does."""

        async def send() -> SendResult:
            return await self.plain.respond(
                url, message, lookup_id, thread=thread, in_channel=in_channel
            )

        return await self._at_most_once(f"respond:{message.part}", send, url)

    async def upload(
        self, channel: str, thread: str, files: tuple[File | Picture, ...]
    ) -> SendResult:
        """Attach files, at most once: an upload carries no mark by which it could be found."""

        async def send() -> SendResult:
            return await self.plain.upload(channel, thread, files)

        return await self._at_most_once("upload", send)

    async def wait_and_retry(self, rounds: int) -> bool:
        """Wait for a while, a limited number of times; a restart continues the wait."""
        if rounds >= len(RETRY_PAUSES):
            return False
        await self._steps.pause(RETRY_PAUSES[rounds])
        return True

    async def _at_most_once(
        self, name: str, send: Callable[[], Awaitable[SendResult]], url: ResponseUrl | None = None
    ) -> SendResult:
        async def act(again: bool) -> Json:  # noqa: FBT001  as Steps.once calls it
            if again and url is not None:
                url.used += 1
            sent = UNCONFIRMED if again else await send()
            return sent_to_json(sent, url)

        async def attempt(name: str) -> SendResult:
            return sent_from_json(await self._steps.once(name, act), url)

        return await self._until_reachable(name, attempt)

    async def _until_reachable(
        self, name: str, attempt: Callable[[str], Awaitable[SendResult]]
    ) -> SendResult:
        """Retry while Slack cannot be reached; each attempt is a step of its own."""
        sent = await attempt(name)
        for number, pause in enumerate(OUTAGE_PAUSES, 1):
            if not sent.offline:
                break
            await self._steps.pause(pause)
            sent = await attempt(f"{name}:again-{number}")
        return sent
